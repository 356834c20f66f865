import {
  clock,
  codeOf,
  hasId,
  installationFirst,
  isAssignmentBegin,
  isAssignmentEnd,
  isBegin,
  isEnd,
  order,
  outcomes,
  phases,
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

/** The text of the newest message, as {@link lastText} reads it: a text that begins with its order, of which the greatest counts. */
const newestText = (values: readonly string[], name: string, rank = 'o', condition = '1') =>
  `maxIf(concat(leftPad(hex(${rank}), 16, '0'), arrayStringConcat([${values.map((value) => `replaceAll(toString(${value}), char(0), '')`).join(', ')}], char(0))), ${condition}) AS ${name}`;
const ms = (column: string, bits: number) => `toUInt${bits}(greatest(toUnixTimestamp64Milli(${column}), 0))`;
/** Receipt and time of the newest message that meets a condition, as {@link momentSaid} and its like read them. */
const newestMoment = (name: string, condition: string) =>
  `maxIf(bitOr(bitShiftLeft(toUInt256(o), 128), bitOr(bitShiftLeft(${ms('m.received_at', 256)}, 64), ${ms('m.message_time', 256)})), ${condition}) AS ${name}`;
/** Whether it went well or not, and the receipt, of the newest message of a topic. */
const newestWord = (name: string, topic: number) =>
  `maxIf(bitOr(bitShiftLeft(toUInt128(o), 64), bitOr(bitShiftLeft(${ms('m.received_at', 128)}, 8), toUInt128(transform(toString(m.outcome), ['failed', 'succeeded'], [1, 2], 0)))), m.topic_type = ${topic}) AS ${name}`;

const facts: RollUp = {
  table: 'client_facts',
  select: (messages) => `SELECT
    m.client_name AS client_name,
    ${[
      `max(bitOr(bitShiftLeft(toUInt128(r), 64), toUInt128(${codeOf('m.outcome', outcomes)} * 16 + ${codeOf('m.phase', phases)}))) AS outcome`,
      newestText(
        ['m.topic_type', 'm.state_id', 'm.state_text', 'm.error_code', 'm.error_text', 'm.params[1]'],
        'word',
        'r',
      ),
      newestText(
        [
          'm.site_code',
          'm.fsp_server',
          'm.client_version',
          'm.client_address',
          'toUnixTimestamp64Milli(m.message_time)',
        ],
        'newest',
      ),
      newestText(['m.client_id'], 'client_id', 'o', hasId('m.client_id')),
      newestText(['m.client_fqdn'], 'client_fqdn', 'o', "m.client_fqdn != ''"),
      newestText(['m.user_name'], 'user_name', 'o', "m.user_name != ''"),
      newestMoment('deployment_begin', isBegin),
      newestMoment('deployment_end', isEnd),
      newestMoment('assignment_begin', isAssignmentBegin),
      newestMoment('assignment_end', isAssignmentEnd),
      newestWord('management_point', 1000),
      newestWord('certificate', 1001),
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
  select: (
    messages,
  ) => `SELECT cityHash64(client_id) AS id_hash, client_id, cityHash64(client_name) AS name_hash, client_name, max(${order}) AS said_order
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
