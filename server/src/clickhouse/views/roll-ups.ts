import {
  clock,
  hasId,
  installationFirst,
  isAssignmentBegin,
  isAssignmentEnd,
  isBegin,
  isEnd,
  order,
} from './fragments.js';
import type { View } from './view.js';

/**
 * What is kept of the messages of each client as they come. All of it survives repetition – a batch that is rolled up
 * twice, or by two receivers, changes nothing – and takes messages in any sequence.
 */
export interface RollUp {
  /** The table that it is kept in. */
  table: string;
  /** Rows of the table from messages. */
  select(messages: string): string;
}

/** The value of the newest message; of those only that meet a condition, the others counting as older than all. */
const newest = (value: string, name: string, rank = 'o', condition?: string) =>
  `argMaxState(${value}, ${condition === undefined ? rank : `if(${condition}, ${rank}, 0)`}) AS ${name}`;
const moments = (condition: string, name: string) => [
  `maxIf(o, ${condition}) AS ${name}_order`,
  newest('m.message_time', `${name}_time`, 'o', condition),
  newest('m.received_at', `${name}_received_at`, 'o', condition),
];

const facts: RollUp = {
  table: 'client_facts',
  select: (messages) => `SELECT
    m.client_name AS client_name,
    ${[
      newest('m.client_id', 'client_id', 'o', hasId('m.client_id')),
      newest('m.client_fqdn', 'client_fqdn', 'o', "m.client_fqdn != ''"),
      newest('m.client_address', 'client_address', 'o', "m.client_address != ''"),
      newest('m.user_name', 'user_name', 'o', "m.user_name != ''"),
      newest('toString(m.site_code)', 'site_code'),
      newest('toString(m.fsp_server)', 'fsp_server'),
      newest('toString(m.client_version)', 'client_version'),
      newest('m.message_time', 'last_message_time'),
      newest('toString(m.phase)', 'phase', 'r'),
      newest('toString(m.outcome)', 'outcome', 'r'),
      newest('m.topic_type', 'last_topic_type', 'r'),
      newest('m.state_id', 'last_state_id', 'r'),
      newest('m.state_text', 'last_state_text', 'r'),
      newest('m.error_code', 'last_error_code', 'r'),
      newest('m.error_text', 'last_error_text', 'r'),
      newest('m.params[1]', 'last_param', 'r'),
      ...moments(isBegin, 'begin'),
      ...moments(isEnd, 'end'),
      ...moments(isAssignmentBegin, 'assignment_begin'),
      ...moments(isAssignmentEnd, 'assignment_end'),
      'maxIf(o, topic_type = 1000) AS management_point_order',
      newest("m.outcome = 'failed'", 'management_point_failed', 'o', 'topic_type = 1000'),
      newest("m.outcome = 'succeeded'", 'management_point_succeeded', 'o', 'topic_type = 1000'),
      newest('m.received_at', 'management_point_received_at', 'o', 'topic_type = 1000'),
      'maxIf(o, topic_type = 1001) AS certificate_order',
      newest("m.outcome = 'failed'", 'certificate_failed', 'o', 'topic_type = 1001'),
      newest("m.outcome = 'succeeded'", 'certificate_succeeded', 'o', 'topic_type = 1001'),
      newest('m.received_at', 'certificate_received_at', 'o', 'topic_type = 1001'),
      `max(${clock}) AS clock`,
      'min(m.received_at) AS first_received_at',
      'max(m.received_at) AS last_received_at',
      'uniqState(m.message_id) AS messages',
    ].join(',\n    ')}
FROM (SELECT *, ${order} AS o, ${installationFirst} AS r FROM ${messages}) AS m
GROUP BY m.client_name`,
};

const words: RollUp = {
  table: 'client_words',
  select: (messages) => `SELECT
    client_name, topic_type, ${order} AS said_order, topic_name, state_id, state_text, phase, outcome, params, error_code, error_text, message_time, received_at
FROM ${messages}
ORDER BY said_order DESC
LIMIT 1 BY client_name, topic_type`,
};

const names: RollUp = {
  table: 'client_names',
  select: (messages) => `SELECT client_id, client_name, max(${order}) AS said_order
FROM ${messages}
WHERE ${hasId('client_id')}
GROUP BY client_id, client_name`,
};

export const rollUps: readonly RollUp[] = [facts, words, names];

/** What a roll-up takes of a table of messages. */
export function rollUpOf(table: string, messages: string): string {
  const found = rollUps.find((one) => one.table === table);
  if (found === undefined) throw new Error(`There is no roll-up ${table}`);
  return found.select(messages);
}

/** A batch rolled up again: a crash can come between its rows and their roll-up. */
export const ofBatch = ({ table, select }: RollUp): View => ({
  name: `${table}_of_batch`,
  comment: `What ${table} takes of a batch, for one whose roll-up a crash may have cut off`,
  columns: [],
  select: (database) => select(`(SELECT * FROM ${database}.state_messages WHERE batch_id = {batch:String})`),
});
