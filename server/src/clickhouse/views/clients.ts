import { causeOf, clockOffset, clockTolerance, momentOf, stuckHours, subnetOf } from './fragments.js';
import { maybeTime, time, type Column, type View } from './view.js';

const columns: readonly Column[] = [
  ['client_key', 'String', 'Stands for one client in all views: its newest name'],
  ['client_id', 'String', 'Bare upper-case GUID; empty while the machine has no client'],
  ['client_name', 'String', 'Short name of the machine, upper case'],
  ['client_fqdn', 'String', 'Full name; empty where it never gave one'],
  ['client_address', 'String', 'IP address of its newest message'],
  ['subnet', 'String', 'The /24 or /64 of that address'],
  ['site_code', 'String', 'Site of the fallback status point that heard of it last'],
  ['fsp_server', 'String', 'Name of that fallback status point'],
  ['client_version', 'String', '5.00.0000.0000 while there is no client'],
  ['phase', 'String', 'deployment, assignment, communication, certificate, health, comanagement or other'],
  ['outcome', 'String', 'unknown, in_progress, succeeded, failed, reboot_pending or skipped'],
  ['reason', 'String', 'Why it failed, is cut off or is stuck, in words; empty for a client that is well'],
  ['last_topic_type', 'UInt32', 'Topic of its newest deployment message, or of its newest message where there is none'],
  ['last_state_id', 'UInt32', 'State of that message'],
  ['last_state_text', 'String', 'That state in words'],
  ['last_error_code', 'String', 'Error of that message: 0x and eight digits for an HRESULT, else decimal'],
  ['last_error_text', 'String', 'What that error means'],
  ['last_param', 'String', 'First parameter of that message'],
  ['cause', 'String', 'Topic, state and error of that message as one: 800/313/1603'],
  ['last_user_name', 'String', 'Newest user that it named'],
  ['deployment_begin_time', maybeTime, 'Newest begin of a deployment (state 100), by the client’s clock'],
  ['deployment_end_time', maybeTime, 'Its end (states 400, 401, 402), by the client’s clock; NULL while there is none'],
  ['deployment_end_received_at', maybeTime, 'When that end was received'],
  ['deployment_seconds', 'Nullable(Int64)', 'From begin to end; NULL while there is none'],
  ['assignment_begin_time', maybeTime, 'Newest begin of an assignment (state 500), by the client’s clock'],
  ['assignment_end_time', maybeTime, 'Its end (state 700), by the client’s clock; NULL while there is none'],
  ['assignment_seconds', 'Nullable(Int64)', 'From begin to end; NULL while there is none'],
  [
    'stuck_since',
    maybeTime,
    'When the begin was received of a deployment that is in progress and has no end; else NULL',
  ],
  ['is_stuck', 'UInt8', `Whether that is more than ${stuckHours} hours ago`],
  [
    'communication_outcome',
    'String',
    'failed while it is cut off; succeeded if it said so of management point or certificate; else unknown',
  ],
  ['is_cut_off', 'UInt8', 'Whether its newest word on the management point or on a certificate is a failure'],
  ['cut_off_received_at', maybeTime, 'When the newest of those words was received, while it is cut off'],
  ['clock_offset_seconds', 'Int64', 'Seconds that its clock is ahead of ours; negative for behind'],
  ['is_clock_off', 'UInt8', 'Whether that is more than five minutes'],
  ['last_message_time', time, 'Newest message of any kind, by the client’s clock'],
  ['last_received_at', time, 'When the newest message of any kind was received'],
  ['first_received_at', time, 'When the first message of any kind was received'],
  ['message_count', 'UInt64', 'Number of its messages'],
];

const merged = (column: string) => `argMaxMerge(f.${column})`;
/** A moment that was said, with its order; none has order 0. */
const moment = (name: string) => `max(f.${name}_order) AS ${name}_said,
        ${merged(`${name}_time`)} AS ${name}_at,
        ${merged(`${name}_received_at`)} AS ${name}_received`;
const pair = (begin: string, end: string) => ({
  began: `${begin}_said > 0`,
  ended: `${end}_said > 0 AND ${end}_said >= ${begin}_said`,
  seconds: `dateDiff('second', ${momentOf(`${begin}_said`)}, ${momentOf(`${end}_said`)})`,
});
const deployment = pair('begin', 'end');
const assignment = pair('assignment_begin', 'assignment_end');
const managementPointFails = 'management_point_said > 0 AND management_point_fails';
const certificateFails = 'certificate_said > 0 AND certificate_fails';
const never = "toDateTime64(0, 3, 'UTC')";

/** What all views tell of a client: every page, board and alert counts by these columns. */
const select = (database: string, only = '') => `SELECT
    key AS client_key,
    id AS client_id,
    key AS client_name,
    fqdn AS client_fqdn,
    address AS client_address,
    ${subnetOf('address')} AS subnet,
    site AS site_code,
    server AS fsp_server,
    version AS client_version,
    last_phase AS phase,
    last_outcome AS outcome,
    multiIf(
        outcome = 'failed', concat(if(state_text = '', concat('State ', toString(state_id), ' of topic ', toString(topic_type)), state_text),
            multiIf(error_text != '', concat(': ', error_text), error_code != '', concat(': error ', error_code), '')),
        ${managementPointFails}, 'Cut off: it cannot reach its management point',
        ${certificateFails}, 'Cut off: it has no certificate that it can use',
        is_stuck, concat('Its installation has had no end for more than ${stuckHours} hours: ', state_text),
        '') AS reason,
    topic_type AS last_topic_type,
    state_id AS last_state_id,
    state_text AS last_state_text,
    error_code AS last_error_code,
    error_text AS last_error_text,
    param AS last_param,
    ${causeOf('topic_type', 'state_id', 'error_code')} AS cause,
    user AS last_user_name,
    if(${deployment.began}, begin_at, NULL) AS deployment_begin_time,
    if(${deployment.ended}, end_at, NULL) AS deployment_end_time,
    if(${deployment.ended}, end_received, NULL) AS deployment_end_received_at,
    if(${deployment.began} AND ${deployment.ended}, ${deployment.seconds}, NULL) AS deployment_seconds,
    if(${assignment.began}, assignment_begin_at, NULL) AS assignment_begin_time,
    if(${assignment.ended}, assignment_end_at, NULL) AS assignment_end_time,
    if(${assignment.began} AND ${assignment.ended}, ${assignment.seconds}, NULL) AS assignment_seconds,
    if(${deployment.began} AND last_outcome = 'in_progress' AND NOT (${deployment.ended}), begin_received, NULL) AS stuck_since,
    ifNull(stuck_since < now() - INTERVAL ${stuckHours} HOUR, 0) AS is_stuck,
    multiIf(is_cut_off, 'failed', (management_point_said > 0 AND management_point_succeeds) OR (certificate_said > 0 AND certificate_succeeds), 'succeeded', 'unknown') AS communication_outcome,
    (${managementPointFails}) OR (${certificateFails}) AS is_cut_off,
    if(is_cut_off, greatest(if(${managementPointFails}, management_point_received, ${never}), if(${certificateFails}, certificate_received, ${never})), NULL) AS cut_off_received_at,
    ${clockOffset('newest_clock')} AS clock_offset_seconds,
    abs(clock_offset_seconds) > ${clockTolerance} AS is_clock_off,
    newest_time AS last_message_time,
    newest_received AS last_received_at,
    oldest_received AS first_received_at,
    number AS message_count
FROM
(
    SELECT
        if(r.now_named = '', f.client_name, r.now_named) AS key,
        ${merged('client_id')} AS some_id,
        if(some_id IN ('', '00000000-0000-0000-0000-000000000000'), '', some_id) AS id,
        ${merged('client_fqdn')} AS fqdn,
        ${merged('client_address')} AS address,
        ${merged('user_name')} AS user,
        ${merged('site_code')} AS site,
        ${merged('fsp_server')} AS server,
        ${merged('client_version')} AS version,
        ${merged('last_message_time')} AS newest_time,
        ${merged('phase')} AS last_phase,
        ${merged('outcome')} AS last_outcome,
        ${merged('last_topic_type')} AS topic_type,
        ${merged('last_state_id')} AS state_id,
        ${merged('last_state_text')} AS state_text,
        ${merged('last_error_code')} AS error_code,
        ${merged('last_error_text')} AS error_text,
        ${merged('last_param')} AS param,
        ${['begin', 'end', 'assignment_begin', 'assignment_end'].map(moment).join(',\n        ')},
        ${['management_point', 'certificate']
          .map(
            (topic) => `max(f.${topic}_order) AS ${topic}_said,
        ${merged(`${topic}_failed`)} AS ${topic}_fails,
        ${merged(`${topic}_succeeded`)} AS ${topic}_succeeds,
        ${merged(`${topic}_received_at`)} AS ${topic}_received`,
          )
          .join(',\n        ')},
        max(f.clock) AS newest_clock,
        toDateTime64(max(f.last_received_at), 3, 'UTC') AS newest_received,
        toDateTime64(min(f.first_received_at), 3, 'UTC') AS oldest_received,
        uniqMerge(f.messages) AS number
    FROM ${database}.client_facts AS f
    LEFT JOIN ${database}.renamed_clients AS r ON f.client_name = r.client_name
    ${only}
    GROUP BY key
)`;

export const clients: View = {
  name: 'clients',
  comment:
    'One row a client: where its deployment and assignment stand, whether it is cut off or stuck, and whether its clock is right. phase, outcome and last_… are of its newest message of topic 800, where there is one',
  columns,
  select: (database) => select(database),
};

/** The names of one client, given any of them in any case. */
export const namesOf = (
  database: string,
) => `WITH (SELECT groupArray(now_named) FROM ${database}.renamed_clients WHERE client_name = upper({name:String})) AS now
        SELECT upper({name:String}) UNION ALL SELECT arrayJoin(now)
        UNION ALL SELECT client_name FROM ${database}.renamed_clients WHERE now_named = if(empty(now), upper({name:String}), now[1])`;

/** The view of all clients would be put together first, and then thrown away but for one row. */
export const client: View = {
  name: 'client',
  comment: "One client by its name, as in clients: SELECT * FROM client(name = 'PC042'). Reads that client only",
  columns: [],
  select: (database) => select(database, `WHERE f.client_name IN (${namesOf(database)})`),
};
