import { time, type View } from './view.js';

/** Who needs help: the question that is asked first. */
export const failingClients: View = {
  name: 'failing_clients',
  comment: 'Clients that failed, are cut off or are stuck, each with its reason in words',
  columns: [
    ['client_name', 'String', 'Short name of the machine'],
    ['trouble', 'String', 'failed, cut_off or stuck'],
    ['reason', 'String', 'Why, in words; never empty'],
    ['client_fqdn', 'String', 'Full name; empty where it never gave one'],
    ['client_address', 'String', 'IP address of its newest message'],
    ['subnet', 'String', 'The /24 or /64 of that address'],
    ['user_name', 'String', 'Newest user that it named'],
    ['site_code', 'String', 'Site that heard of it last'],
    ['client_version', 'String', '5.00.0000.0000 while there is no client'],
    ['cause', 'String', 'Topic, state and error as one: 800/313/1603'],
    ['error_code', 'String', 'Error: 0x and eight digits for an HRESULT, else decimal'],
    ['first_seen_at', time, 'When the first message of any kind was received'],
    ['last_seen_at', time, 'When the newest message of any kind was received'],
  ],
  select: (database) => `SELECT
    c.client_name AS client_name,
    multiIf(c.outcome = 'failed', 'failed', c.is_cut_off, 'cut_off', 'stuck') AS trouble,
    c.reason AS reason,
    c.client_fqdn AS client_fqdn,
    c.client_address AS client_address,
    c.subnet AS subnet,
    c.last_user_name AS user_name,
    c.site_code AS site_code,
    c.client_version AS client_version,
    c.cause AS cause,
    c.last_error_code AS error_code,
    c.first_received_at AS first_seen_at,
    c.last_received_at AS last_seen_at
FROM ${database}.clients AS c
WHERE c.outcome = 'failed' OR c.is_cut_off OR c.is_stuck`,
};

/** Why they fail, and what to look at first. */
export const failureCauses: View = {
  name: 'failure_causes',
  comment:
    'Ways in which clients fail at this moment: topic, state and error of their newest words, with what to check',
  columns: [
    ['cause', 'String', 'Topic, state and error as one: 800/313/1603'],
    ['clients', 'UInt64', 'Clients whose newest word on the topic it is'],
    ['state_text', 'String', 'The state in words, as one of them said it'],
    ['error_code', 'String', 'Error: 0x and eight digits for an HRESULT, else decimal'],
    ['error_text', 'String', 'What that error means'],
    ['advice', 'String', 'What to check first; empty where nothing is known'],
    ['example_client', 'String', 'The client that said it last'],
    ['first_received_at', time, 'When the oldest of those words was received'],
    ['last_received_at', time, 'When the newest of those words was received'],
  ],
  select: (database) => `SELECT
    f.cause AS cause,
    f.number AS clients,
    f.words AS state_text,
    f.code AS error_code,
    f.meaning AS error_text,
    if(e.advice != '', e.advice, s.advice) AS advice,
    f.example AS example_client,
    f.oldest AS first_received_at,
    f.newest AS last_received_at
FROM
(
    SELECT
        t.cause AS cause,
        any(t.topic_type) AS topic,
        any(t.state_id) AS state,
        any(t.error_code) AS code,
        any(t.error_text) AS meaning,
        any(t.state_text) AS words,
        count() AS number,
        argMax(t.client_key, t.received_at) AS example,
        min(t.received_at) AS oldest,
        max(t.received_at) AS newest
    FROM ${database}.newest_words AS t
    WHERE t.outcome = 'failed'
    GROUP BY t.cause
) AS f
GLOBAL LEFT JOIN
(
    SELECT topic_type, toUInt32(state_id) AS state, any(advice) AS advice
    FROM ${database}.state_catalog WHERE state_id >= 0 GROUP BY topic_type, state
) AS s ON s.topic_type = f.topic AND s.state = f.state
GLOBAL LEFT JOIN
(
    SELECT error_code, any(advice) AS advice
    FROM ${database}.error_catalog WHERE family IN ('msi', 'win32', 'hresult') GROUP BY error_code
) AS e ON e.error_code = f.code`,
};

/** How it goes, day by day. */
export const messagesByDay: View = {
  name: 'messages_by_day',
  comment:
    'One row a day of receipt: messages, clients, failures and successes. Past 65,536 a day, numbers of clients are an estimate within one in a hundred',
  columns: [
    ['day', 'Date', 'Day of receipt, in UTC'],
    ['messages', 'UInt64', 'Messages that were received'],
    ['clients', 'UInt64', 'Clients that they came from, by name as sent'],
    ['failed_messages', 'UInt64', 'Messages of a failure'],
    ['failed_clients', 'UInt64', 'Clients that sent one'],
    [
      'installed_clients',
      'UInt64',
      'Clients that told the end of an installation (states 400, 401 and 402 of topic 800)',
    ],
  ],
  select: (database) => `SELECT
    toDate(m.received_at) AS day,
    count() AS messages,
    uniq(m.client_name) AS clients,
    countIf(m.outcome = 'failed') AS failed_messages,
    uniqIf(m.client_name, m.outcome = 'failed') AS failed_clients,
    uniqIf(m.client_name, m.topic_type = 800 AND m.state_id IN (400, 401, 402)) AS installed_clients
FROM ${database}.state_messages AS m
GROUP BY day`,
};
