import { nowNamed } from './client-names.js';
import { causeOf } from './fragments.js';
import { time, type Column, type View } from './view.js';

const columns: readonly Column[] = [
  ['client_key', 'String', 'Stands for one client in all views: its newest name'],
  ['client_name', 'String', 'Short name of the machine'],
  ['site_code', 'String', 'Site that heard of it last'],
  ['client_version', 'String', 'Its version'],
  ['subnet', 'String', 'Its network'],
  ['topic_type', 'UInt32', 'Topic'],
  ['topic_name', 'String', 'The topic in words'],
  ['state_id', 'UInt32', 'State of the client’s newest word on the topic'],
  ['state_text', 'String', 'That state in words'],
  ['outcome', 'String', 'Outcome of that state'],
  ['params', 'Array(String)', 'Parameters of that message'],
  ['error_code', 'String', 'Error of that message'],
  ['error_text', 'String', 'What that error means'],
  ['cause', 'String', 'Topic, state and error of that message as one'],
  ['message_time', time, 'When the client made that message, by its own clock'],
  ['received_at', time, 'When that message was received'],
  ['is_cut_off', 'UInt8', 'Whether this word is why the client is cut off'],
  ['last_message_time', time, 'The client’s newest message of any topic, by its clock'],
  ['last_received_at', time, 'When the client’s newest message of any topic was received'],
];

const last = (column: string) => `argMax(w.${column}, w.said_order) AS last_${column}`;

export const clientTopics: View = {
  name: 'client_topics',
  comment:
    'One row a client and topic: its newest word on it. A client still fails at something while that is its newest word',
  columns,
  select: (database) => `SELECT
    w.client_key AS client_key,
    w.client_key AS client_name,
    c.site_code AS site_code,
    c.client_version AS client_version,
    c.subnet AS subnet,
    w.topic AS topic_type,
    w.last_topic_name AS topic_name,
    w.last_state_id AS state_id,
    w.last_state_text AS state_text,
    w.last_outcome AS outcome,
    w.last_params AS params,
    w.last_error_code AS error_code,
    w.last_error_text AS error_text,
    ${causeOf('w.topic', 'w.last_state_id', 'w.last_error_code')} AS cause,
    w.last_message_time AS message_time,
    w.last_received_at AS received_at,
    w.topic IN (1000, 1001) AND w.last_outcome = 'failed' AS is_cut_off,
    c.last_message_time AS last_message_time,
    c.last_received_at AS last_received_at
FROM
(
    SELECT
        ${nowNamed(database, 'w.client_name')} AS client_key,
        w.topic_type AS topic,
        ${['topic_name', 'state_id', 'state_text', 'outcome', 'params', 'error_code', 'error_text', 'message_time', 'received_at'].map(last).join(',\n        ')}
    FROM ${database}.client_words AS w
    GROUP BY client_key, topic
) AS w
GLOBAL INNER JOIN ${database}.clients AS c ON w.client_key = c.client_key`,
};
