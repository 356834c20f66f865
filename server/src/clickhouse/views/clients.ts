import { factsOf, groupedFacts, ofNewest } from './client-facts.js';
import { oneClient } from './client-names.js';
import {
  causeOf,
  clockOffset,
  clockTolerance,
  lastText,
  momentOrder,
  momentReceived,
  momentSaid,
  momentTime,
  outcomes,
  phases,
  stuckHours,
  valueOf,
  wordFailed,
  wordReceived,
  wordSucceeded,
} from './fragments.js';
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
  [
    'deployment_outcome',
    'String',
    'Where its deployment stands, for figures of deployments: no_word where it said nothing of one, or of its assignment alone; failed where its newest message is of a failed one; succeeded where it has an end, whatever is told of restart and assignment since; else as outcome',
  ],
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
  ['message_count', 'UInt64', 'Number of its messages, also of those that are kept no longer'],
];

/** From the newest begin to the newest end, where that is not before it. */
const stretch = (begin: string, end: string) => ({
  began: `${begin} > 0`,
  ended: `${end} > 0 AND ${momentOrder(end)} >= ${momentOrder(begin)}`,
  seconds: `dateDiff('second', ${momentSaid(begin)}, ${momentSaid(end)})`,
});
const deployment = stretch('begin', 'end');
const assignment = stretch('a_begin', 'a_end');
const never = "toDateTime64(0, 3, 'UTC')";

/** Whether the newest message is of topic 800, by the highest bit of what puts those first: texts are dear to read. */
const saidOfDeployment = 'bitShiftRight(state, 127) = 1';

const facts = {
  state: ['outcome', 'max'],
  word: ['word', 'max'],
  newest: ['newest', 'max'],
  id: ['client_id', 'max'],
  fqdn: ['client_fqdn', 'max'],
  user: ['user_name', 'max'],
  begin: ['deployment_begin', 'max'],
  end: ['deployment_end', 'max'],
  a_begin: ['assignment_begin', 'max'],
  a_end: ['assignment_end', 'max'],
  mp: ['management_point', 'max'],
  cert: ['certificate', 'max'],
  newest_clock: ['clock', 'max'],
  newest_received: ['last_received_at', 'max'],
  oldest_received: ['first_received_at', 'min'],
  number: ['messages', 'uniqMerge'],
} as const;

const newest = ofNewest('newest');

/** What all views tell of a client: every page, board and alert counts by these columns. */
const select = (rows: string) => `SELECT
    key AS client_key,
    ${lastText('id')} AS client_id,
    key AS client_name,
    ${lastText('fqdn')} AS client_fqdn,
    ${newest.client_address} AS client_address,
    ${newest.subnet} AS subnet,
    ${newest.site_code} AS site_code,
    ${newest.fsp_server} AS fsp_server,
    ${newest.client_version} AS client_version,
    ${valueOf('bitAnd(state, 15)', phases)} AS phase,
    ${valueOf('bitAnd(bitShiftRight(state, 4), 15)', outcomes)} AS outcome,
    multiIf(NOT (${saidOfDeployment}), 'no_word', phase = 'deployment' AND outcome = 'failed', 'failed', ${deployment.ended}, 'succeeded', phase = 'assignment', if(${deployment.began}, 'in_progress', 'no_word'), outcome) AS deployment_outcome,
    multiIf(
        outcome = 'failed', concat(if(last_state_text = '', concat('State ', toString(last_state_id), ' of topic ', toString(last_topic_type)), last_state_text),
            multiIf(last_error_text != '', concat(': ', last_error_text), last_error_code != '', concat(': error ', last_error_code), '')),
        ${wordFailed('mp')}, 'Cut off: it cannot reach its management point',
        ${wordFailed('cert')}, 'Cut off: it has no certificate that it can use',
        is_stuck, concat('Its installation has had no end for more than ${stuckHours} hours: ', last_state_text),
        '') AS reason,
    toUInt32OrZero(${lastText('word', 1)}) AS last_topic_type,
    toUInt32OrZero(${lastText('word', 2)}) AS last_state_id,
    ${lastText('word', 3)} AS last_state_text,
    ${lastText('word', 4)} AS last_error_code,
    ${lastText('word', 5)} AS last_error_text,
    ${lastText('word', 6)} AS last_param,
    ${causeOf('last_topic_type', 'last_state_id', 'last_error_code')} AS cause,
    ${lastText('user')} AS last_user_name,
    if(${deployment.began}, ${momentTime('begin')}, NULL) AS deployment_begin_time,
    if(${deployment.ended}, ${momentTime('end')}, NULL) AS deployment_end_time,
    if(${deployment.ended}, ${momentReceived('end')}, NULL) AS deployment_end_received_at,
    if(${deployment.began} AND ${deployment.ended}, ${deployment.seconds}, NULL) AS deployment_seconds,
    if(${assignment.began}, ${momentTime('a_begin')}, NULL) AS assignment_begin_time,
    if(${assignment.ended}, ${momentTime('a_end')}, NULL) AS assignment_end_time,
    if(${assignment.began} AND ${assignment.ended}, ${assignment.seconds}, NULL) AS assignment_seconds,
    if(${deployment.began} AND outcome = 'in_progress' AND NOT (${deployment.ended}), ${momentReceived('begin')}, NULL) AS stuck_since,
    ifNull(stuck_since < now() - INTERVAL ${stuckHours} HOUR, 0) AS is_stuck,
    multiIf(is_cut_off, 'failed', ${wordSucceeded('mp')} OR ${wordSucceeded('cert')}, 'succeeded', 'unknown') AS communication_outcome,
    ${wordFailed('mp')} OR ${wordFailed('cert')} AS is_cut_off,
    if(is_cut_off, greatest(if(${wordFailed('mp')}, ${wordReceived('mp')}, ${never}), if(${wordFailed('cert')}, ${wordReceived('cert')}, ${never})), NULL) AS cut_off_received_at,
    ${clockOffset('newest_clock')} AS clock_offset_seconds,
    abs(clock_offset_seconds) > ${clockTolerance} AS is_clock_off,
    ${newest.last_message_time} AS last_message_time,
    toDateTime64(newest_received, 3, 'UTC') AS last_received_at,
    toDateTime64(oldest_received, 3, 'UTC') AS first_received_at,
    number AS message_count
FROM
(
    ${rows}
)`;

export const clients: View = {
  name: 'clients',
  comment:
    'One row a client: where its deployment and assignment stand, whether it is cut off or stuck, and whether its clock is right. phase, outcome and last_… are of its newest message of topic 800, where there is one',
  columns,
  select: (database) => select(factsOf(`${database}.`, facts)),
};

/** The view of all clients would be put together first, and then thrown away but for one row. */
export const client: View = {
  name: 'client',
  comment: "One client by its name, as in clients: SELECT * FROM client(name = 'PC042'). Reads that client only",
  columns: [],
  select: (database) => {
    const { now, names } = oneClient(database, 'upperUTF8({name:String})');
    // Not a constant: without a row there is no client.
    const key = `if(f.client_name = '', '', ${now})`;
    return select(`SELECT ${groupedFacts(key, facts)}
    FROM ${database}.client_facts AS f
    WHERE f.client_name GLOBAL IN (${names})
    GROUP BY key`);
  },
};
