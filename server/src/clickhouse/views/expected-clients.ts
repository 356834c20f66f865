import { maybeTime, type Column, type View } from './view.js';

const columns: readonly Column[] = [
  ['client_name', 'String', 'Short name of the machine, upper case'],
  ['client_fqdn', 'String', 'Full name as the list has it; empty where it has none'],
  ['lists', 'String', 'Lists that it stands in'],
  ['organisational_unit', 'String', 'Where it stands in the directory'],
  ['operating_system', 'String', 'As the list has it'],
  ['last_logon', 'String', 'As the list has it'],
  [
    'standing',
    'String',
    'never_heard: no word of it ever; never_ended: an installation was begun, and no end was told; failed: its last word is a failure; heard: anything else',
  ],
  ['client_key', 'String', 'The client in all other views; empty where nothing was heard'],
  ['site_code', 'String', 'Site that heard of it last'],
  ['outcome', 'String', 'As in clients; empty where nothing was heard'],
  ['deployment_begin_time', maybeTime, 'Newest begin of a deployment, by the client’s clock'],
  ['last_received_at', maybeTime, 'Its newest message; NULL where nothing was heard'],
];

/**
 * Machines are matched by the first fifteen characters of their short name: the NetBIOS name, which is all that a client
 * says, and which a domain gives once. The loads that count are the newest that replaced its list, and what was merged since.
 */
export const expectedClients: View = {
  name: 'expected_clients',
  comment: 'Machines that are expected, each once, held against what was heard of them',
  columns,
  select: (database) => `SELECT
    e.name AS client_name,
    e.fqdn AS client_fqdn,
    e.lists AS lists,
    e.unit AS organisational_unit,
    e.system AS operating_system,
    e.logon AS last_logon,
    multiIf(
        c.key = '', 'never_heard',
        c.outcome = 'failed', 'failed',
        c.outcome = 'in_progress' AND c.end IS NULL AND c.begin IS NOT NULL, 'never_ended',
        'heard') AS standing,
    c.key AS client_key,
    c.site AS site_code,
    c.outcome AS outcome,
    c.begin AS deployment_begin_time,
    if(c.key = '', NULL, c.heard) AS last_received_at
FROM
(
    SELECT
        any(m.client_name) AS name,
        substringUTF8(m.client_name, 1, 15) AS netbios,
        max(m.client_fqdn) AS fqdn,
        arrayStringConcat(arraySort(groupUniqArray(toString(l.list_name))), ', ') AS lists,
        max(m.organisational_unit) AS unit,
        max(toString(m.operating_system)) AS system,
        max(m.last_logon) AS logon
    FROM ${database}.expected_machines AS m
    GLOBAL INNER JOIN
    (
        SELECT load_id, list_name
        FROM (SELECT *, maxIf(changed_at, mode != 'merge') OVER (PARTITION BY list_name) AS begun FROM ${database}.expected_loads)
        WHERE changed_at >= begun AND mode != 'remove'
    ) AS l ON m.load_id = l.load_id
    GROUP BY netbios
) AS e
GLOBAL LEFT JOIN
(
    SELECT
        substringUTF8(client_name, 1, 15) AS netbios,
        argMax(client_key, last_received_at) AS key,
        argMax(site_code, last_received_at) AS site,
        argMax(outcome, last_received_at) AS outcome,
        argMax(tuple(deployment_begin_time), last_received_at).1 AS begin,
        argMax(tuple(deployment_end_time), last_received_at).1 AS end,
        max(last_received_at) AS heard
    FROM ${database}.clients
    GROUP BY netbios
) AS c ON c.netbios = e.netbios`,
};
