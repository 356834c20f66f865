import { factsOf, ofNewest } from './client-facts.js';
import { clockOffset } from './fragments.js';
import { wordColumns } from './newest-words.js';
import { time, type Column, type View } from './view.js';

const columns: readonly Column[] = [
  ['client_key', 'String', 'Stands for one client in all views: its newest name'],
  ['client_name', 'String', 'Short name of the machine'],
  ['site_code', 'String', 'Site that heard of it last'],
  ['client_version', 'String', 'Its version'],
  ['subnet', 'String', 'Its network'],
  ...wordColumns,
  ['is_cut_off', 'UInt8', 'Whether this word is why the client is cut off'],
  ['clock_offset_seconds', 'Int64', 'Seconds that its clock is ahead of ours; negative for behind'],
  ['last_message_time', time, 'The client’s newest message of any topic, by its clock'],
  ['last_received_at', time, 'When the client’s newest message of any topic was received'],
  ['first_received_at', time, 'When the client’s first message of any topic was received'],
];

const facts = {
  newest: ['newest', 'max'],
  newest_clock: ['clock', 'max'],
  received: ['last_received_at', 'max'],
  first: ['first_received_at', 'min'],
} as const;
const newest = ofNewest('c.newest');

export const clientTopics: View = {
  name: 'client_topics',
  comment:
    'One row a client and topic: its newest word on it. A client still fails at something while that is its newest word',
  columns,
  select: (database) => `SELECT
    w.client_key AS client_key,
    w.client_key AS client_name,
    ${newest.site_code} AS site_code,
    ${newest.client_version} AS client_version,
    ${newest.subnet} AS subnet,
    ${wordColumns.map(([name]) => `w.${name} AS ${name}`).join(',\n    ')},
    w.topic_type IN (1000, 1001) AND w.outcome = 'failed' AS is_cut_off,
    ${clockOffset('c.newest_clock')} AS clock_offset_seconds,
    ${newest.last_message_time} AS last_message_time,
    toDateTime64(c.received, 3, 'UTC') AS last_received_at,
    toDateTime64(c.first, 3, 'UTC') AS first_received_at
FROM ${database}.newest_words AS w
GLOBAL INNER JOIN (${factsOf(`${database}.`, facts)}) AS c ON w.client_key = c.key`,
};
