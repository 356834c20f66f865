import { nowNamed } from './client-names.js';
import { maybeTime, type Column, type View } from './view.js';

const columns: readonly Column[] = [
  ['client_name', 'String', 'Short name of the machine, upper case'],
  ['client_fqdn', 'String', 'Full name as the list has it; empty where it has none'],
  ['lists', 'String', 'Lists that it stands in'],
  ['list_names', 'Array(String)', 'The same one by one: a name may have commas'],
  ['organisational_unit', 'String', 'Where it stands in the directory'],
  ['operating_system', 'String', 'As the list has it'],
  ['last_logon', 'String', 'As the list has it'],
  [
    'standing',
    'String',
    'never_heard: no word of it that is still kept; never_ended: an installation was begun, and no end was told; failed: its last word is a failure; heard: anything else',
  ],
  ['client_key', 'String', 'The client in all other views; empty where nothing was heard'],
  ['site_code', 'String', 'Site that heard of it last'],
  ['outcome', 'String', 'As in clients; empty where nothing was heard'],
  ['deployment_begin_time', maybeTime, 'Newest begin of a deployment, by the client’s clock'],
  ['last_received_at', maybeTime, 'Its newest message; NULL where nothing was heard'],
];

const netbiosOf = (name: string) => `substringUTF8(${name}, 1, 15)`;
/** What a machine is heard of as, that may have been renamed since it was listed. */
const nowHeardAs = (database: string, netbios: string) => netbiosOf(nowNamed(database, netbios));

/**
 * Machines are matched by the first fifteen characters of their short name: the NetBIOS name, which is all that a client
 * says, and which a domain gives once; one that was renamed is found by its former names too. The loads that count are
 * the newest that replaced its list, and what was merged since.
 */
export const expectedClients: View = {
  name: 'expected_clients',
  comment: 'Machines that are expected, each once, held against what was heard of them',
  columns,
  select: (database) => `SELECT
    e.listed.1 AS client_name,
    e.listed.2 AS client_fqdn,
    arrayStringConcat(e.list_names, ', ') AS lists,
    e.list_names AS list_names,
    e.listed.3 AS organisational_unit,
    e.listed.4 AS operating_system,
    e.listed.5 AS last_logon,
    multiIf(
        c.netbios = '', 'never_heard',
        c.said.3 = 'failed', 'failed',
        c.said.5 IN ('in_progress', 'reboot_pending'), 'never_ended',
        'heard') AS standing,
    c.said.1 AS client_key,
    c.said.2 AS site_code,
    c.said.3 AS outcome,
    c.said.4 AS deployment_begin_time,
    if(c.netbios = '', NULL, c.heard) AS last_received_at
FROM
(
    SELECT
        ${netbiosOf('m.client_name')} AS netbios,
        any(${nowHeardAs(database, netbiosOf('m.client_name'))}) AS heard_as,
        max((m.client_name, m.client_fqdn, m.organisational_unit, toString(m.operating_system), m.last_logon)) AS listed,
        arraySort(groupUniqArray(toString(l.list_name))) AS list_names
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
        ${netbiosOf('client_name')} AS netbios,
        argMax((client_key, site_code, outcome, deployment_begin_time, deployment_outcome), last_received_at) AS said,
        max(last_received_at) AS heard
    FROM ${database}.clients
    WHERE netbios GLOBAL IN (SELECT ${nowHeardAs(database, netbiosOf('client_name'))} FROM ${database}.expected_machines)
    GROUP BY netbios
) AS c ON c.netbios = e.heard_as`,
};
