import { nowNamed, oneClient } from './client-names.js';
import { causeOf, clockAhead, subnetOf } from './fragments.js';
import { time, type Column, type View } from './view.js';

const columns: readonly Column[] = [
  ['client_key', 'String', 'Stands for one client in all views: its newest name'],
  ['client_id', 'String', 'Bare upper-case GUID as sent'],
  ['client_name', 'String', 'Short name of the machine as sent'],
  ['client_fqdn', 'String', 'Full name where the client gave one'],
  ['client_address', 'String', 'IP address that the message came from'],
  ['subnet', 'String', 'Its /24, or its /64'],
  ['client_version', 'LowCardinality(String)', '5.00.0000.0000 while there is no client'],
  ['site_code', 'LowCardinality(String)', 'Site of the fallback status point'],
  ['fsp_server', 'LowCardinality(String)', 'Name of the fallback status point'],
  ['received_at', time, 'When the fallback status point took the message'],
  ['processed_at', time, 'When the throttle had let it pass'],
  ['message_time', time, 'When the client made it, by its own clock'],
  [
    'said_at',
    time,
    'When the client made it, by its own clock where that may be, else the receipt: what orders its words',
  ],
  [
    'clock_offset',
    'Int64',
    'Seconds that the client’s clock was ahead at the receipt; negative for behind, or for a report that came late; 0 where the report does not tell when it was sent',
  ],
  ['serial', 'UInt32', 'Serial number; 0 where there is none'],
  ['topic_type', 'UInt32', 'Topic'],
  ['topic_name', 'LowCardinality(String)', 'The topic in words'],
  ['state_id', 'UInt32', 'State within the topic'],
  ['state_text', 'String', 'The state in words'],
  [
    'phase',
    'LowCardinality(String)',
    'deployment, assignment, communication, certificate, health, comanagement or other',
  ],
  ['outcome', 'LowCardinality(String)', 'unknown, in_progress, succeeded, failed, reboot_pending or skipped'],
  ['params', 'Array(String)', 'UserParameters in their order'],
  ['error_code', 'String', 'Error that the parameters name'],
  ['error_text', 'String', 'What that error means'],
  ['cause', 'String', 'Topic, state and error as one: 800/313/1603'],
  ['user_name', 'String', 'User of the topic where given'],
  ['message_id', 'String', 'Identity of the message: the same when it is sent again'],
];

const select = (database: string, key = nowNamed(database, 'm.client_name'), only = '') => `SELECT
    ${key} AS client_key,
    m.client_id AS client_id,
    m.client_name AS client_name,
    m.client_fqdn AS client_fqdn,
    m.client_address AS client_address,
    ${subnetOf('m.client_address')} AS subnet,
    m.client_version AS client_version,
    m.site_code AS site_code,
    m.fsp_server AS fsp_server,
    m.received_at AS received_at,
    m.processed_at AS processed_at,
    m.message_time AS message_time,
    m.said_at AS said_at,
    ${clockAhead('m.')} AS clock_offset,
    ifNull(m.serial_number, 0) AS serial,
    m.topic_type AS topic_type,
    m.topic_name AS topic_name,
    m.state_id AS state_id,
    m.state_text AS state_text,
    m.phase AS phase,
    m.outcome AS outcome,
    m.params AS params,
    m.error_code AS error_code,
    m.error_text AS error_text,
    ${causeOf('m.topic_type', 'm.state_id', 'm.error_code')} AS cause,
    m.user_name AS user_name,
    m.message_id AS message_id
FROM ${database}.state_messages AS m${only}`;

export const clientMessages: View = {
  name: 'client_messages',
  comment: 'Every state message with the client that it is of, its network and its cause, for counting',
  columns,
  select: (database) => select(database),
};

export const messagesOfClient: View = {
  name: 'messages_of_client',
  comment:
    "Messages of one client by its name, under whatever name it sent them: SELECT * FROM messages_of_client(name = 'PC042')",
  columns: [],
  select: (database) => {
    const { now, names } = oneClient(database, 'upperUTF8({name:String})');
    return select(database, now, `\nWHERE m.client_name GLOBAL IN (${names})`);
  },
};
