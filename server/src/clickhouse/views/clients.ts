import { maybeTime, time, type Column, type View } from './view.js';

const columns: readonly Column[] = [
  ['client_id', 'String', 'Bare upper-case GUID; empty while the machine has no client'],
  ['client_name', 'String', 'Short name of the machine, upper case'],
  ['site_code', 'String', 'Site of the fallback status point that heard of it last'],
  ['client_version', 'String', '5.00.0000.0000 while there is no client'],
  ['phase', 'String', 'deployment, assignment, communication, certificate, health, comanagement or other'],
  ['outcome', 'String', 'unknown, in_progress, succeeded, failed, reboot_pending or skipped'],
  ['last_topic_type', 'UInt32', 'Topic of its newest deployment message, or of its newest message where there is none'],
  ['last_state_id', 'UInt32', 'State of that message'],
  ['last_state_text', 'String', 'That state in words'],
  ['last_error_code', 'String', 'Error of that message: 0x and eight digits for an HRESULT, else decimal'],
  ['last_error_text', 'String', 'What that error means'],
  ['deployment_begin_time', maybeTime, 'Newest begin of a deployment (state 100)'],
  ['deployment_end_time', maybeTime, 'Its end (states 400, 401, 402); NULL while it goes on'],
  ['assignment_begin_time', maybeTime, 'Newest begin of an assignment (state 500)'],
  ['assignment_end_time', maybeTime, 'Its end (state 700); NULL while it goes on'],
  ['communication_outcome', 'String', 'failed while it is cut off from its management point; unknown if it never said'],
  ['last_message_time', time, 'Newest message of any kind, by the client’s clock'],
  ['message_count', 'UInt64', 'Number of its messages'],
];

const hasId = (column: string) => `${column} NOT IN ('', '00000000-0000-0000-0000-000000000000')`;

/** A machine without a client reports with an id of zeroes: it counts to the client of its name, once there is one. */
const select = (database: string, of: { names: string; rows: string }) => `SELECT
    if(client_key LIKE 'name %', '', client_key) AS client_id,
    newest_name AS client_name,
    last.1 AS site_code,
    last.2 AS client_version,
    last.3 AS phase,
    last.4 AS outcome,
    last.5 AS last_topic_type,
    last.6 AS last_state_id,
    last.7 AS last_state_text,
    last.8 AS last_error_code,
    last.9 AS last_error_text,
    if(begun > toDateTime64(0, 3, 'UTC'), begun, NULL) AS deployment_begin_time,
    if(ended > toDateTime64(0, 3, 'UTC') AND ended >= begun, ended, NULL) AS deployment_end_time,
    if(assigning > toDateTime64(0, 3, 'UTC'), assigning, NULL) AS assignment_begin_time,
    if(assigned > toDateTime64(0, 3, 'UTC') AND assigned >= assigning, assigned, NULL) AS assignment_end_time,
    if(communicated = '', 'unknown', communicated) AS communication_outcome,
    newest AS last_message_time,
    number AS message_count
FROM
(
    SELECT
        multiIf(${hasId('r.client_id')}, r.client_id, n.named_id != '', n.named_id, concat('name ', r.client_name)) AS client_key,
        argMax(r.client_name, r.last_time) AS newest_name,
        if(max(r.has_deployment) = 1, argMaxIfMerge(r.last_deployment), argMaxMerge(r.last_any)) AS last,
        toDateTime64(max(r.deployment_begin), 3, 'UTC') AS begun,
        toDateTime64(max(r.deployment_end), 3, 'UTC') AS ended,
        toDateTime64(max(r.assignment_begin), 3, 'UTC') AS assigning,
        toDateTime64(max(r.assignment_end), 3, 'UTC') AS assigned,
        argMaxIfMerge(r.communication) AS communicated,
        toDateTime64(max(r.last_time), 3, 'UTC') AS newest,
        uniqMerge(r.messages) AS number
    FROM ${database}.client_rollup AS r
    LEFT JOIN
    (
        SELECT client_name, argMax(client_id, last_time) AS named_id
        FROM ${database}.client_rollup
        WHERE ${of.names}${hasId('client_id')}
        GROUP BY client_name
    ) AS n ON r.client_name = n.client_name
    ${of.rows}
    GROUP BY client_key
)`;

export const clients: View = {
  name: 'clients',
  comment:
    'One row a client: where its deployment and assignment stand. phase, outcome and last_… are of its newest message of topic 800, where there is one',
  columns,
  select: (database) => select(database, { names: '', rows: '' }),
};

/** The view of all clients would be put together first, and then thrown away but for one row. */
export const client: View = {
  name: 'client',
  comment: "One client by its name, as in clients: SELECT * FROM client(name = 'PC042'). Reads that client only",
  columns: [],
  select: (database) =>
    select(database, {
      names: 'client_name = {name:String} AND ',
      rows: `WHERE r.client_name = {name:String}
        OR r.client_id IN (SELECT client_id FROM ${database}.client_rollup WHERE client_name = {name:String} AND ${hasId('client_id')})`,
    }),
};

const last =
  'tuple(site_code, client_version, phase, outcome, topic_type, state_id, state_text, error_code, error_text), tuple(message_time, ifNull(serial_number, 0))';

/** What the roll-up of a client takes of messages; all of it survives repetition. */
export const clientRollup = (messages: string) => `SELECT
    client_id,
    client_name,
    argMaxState(${last}) AS last_any,
    argMaxIfState(${last}, topic_type = 800) AS last_deployment,
    countIf(topic_type = 800) > 0 AS has_deployment,
    maxIf(message_time, topic_type = 800 AND state_id = 100) AS deployment_begin,
    maxIf(message_time, topic_type = 800 AND state_id IN (400, 401, 402)) AS deployment_end,
    maxIf(message_time, topic_type = 800 AND state_id = 500) AS assignment_begin,
    maxIf(message_time, topic_type = 800 AND state_id = 700) AS assignment_end,
    argMaxIfState(toString(outcome), message_time, topic_type = 1000) AS communication,
    max(m.message_time) AS last_time,
    uniqState(message_id) AS messages
FROM ${messages}
GROUP BY client_id, client_name`;

export const clientRollupOfBatch: View = {
  name: 'client_rollup_of_batch',
  comment: 'A batch rolled up again, after a crash that may have come between its rows and their roll-up',
  columns: [],
  select: (database) => clientRollup(`${database}.state_messages AS m\nWHERE batch_id = {batch:String}`),
};
