import { namesOfRenamed, nowNamed } from './client-names.js';
import { causeOf } from './fragments.js';
import { time, type Column, type View } from './view.js';

/** Of a word itself; client_topics has them too. */
export const wordColumns: readonly Column[] = [
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
];

/** A client that was renamed has words under several names: all of them but the newest on a topic. */
const superseded = (database: string) => `SELECT client_name, topic_type
    FROM
    (
        SELECT client_name, topic_type, max(said_order) AS said
        FROM ${database}.client_words
        WHERE client_name GLOBAL IN (${namesOfRenamed(`${database}.`)})
        GROUP BY client_name, topic_type
    )
    QUALIFY row_number() OVER (PARTITION BY ${nowNamed(database, 'client_name')}, topic_type ORDER BY said DESC, client_name DESC) > 1`;

/** A fifth of what it costs to find the newest by aggregation, which holds the texts of every client in memory. */
export const newestWords: View = {
  name: 'newest_words',
  comment:
    'One row a client and topic: its newest word on it, and nothing else of the client, for counting. client_topics has that too',
  columns: [['client_key', 'String', 'Stands for one client in all views: its newest name'], ...wordColumns],
  select: (database) => `SELECT
    ${nowNamed(database, 'w.client_name')} AS client_key,
    ${wordColumns.map(([name]) => (name === 'cause' ? `${causeOf('w.topic_type', 'w.state_id', 'w.error_code')} AS cause` : `w.${name} AS ${name}`)).join(',\n    ')}
FROM ${database}.client_words AS w FINAL
WHERE (w.client_name, w.topic_type) GLOBAL NOT IN
(
    ${superseded(database)}
)`,
};
