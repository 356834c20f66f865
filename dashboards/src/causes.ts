import { at, messagesInRange } from './clickhouse.js';
import { translator, type Language } from './language.js';
import { notGiven } from './texts.js';

interface Causes {
  /**
   * What is selected, of: what_failed, state_id, error_code, error_text, what_to_check, clients, still_failed, share,
   * messages, first_seen, last_seen, is_new, cause_key.
   */
  columns: string;
  /** Whether the dashboard narrows down by cause. */
  among?: 'causes' | 'any cause';
  /** A condition on those. */
  only?: string;
  order?: string;
  limit: number;
}

/**
 * Ways in which clients fail: a cause is a topic, a state and an error. What it is called is what all of its messages
 * share: the state, with its parameter where that is the same in all. A client still fails while the cause is its newest
 * word on the topic; a cause is new where its first message was received within the range and others were there before.
 */
export function causesSql(language: Language, { columns, among, only = '1', order, limit }: Causes): string {
  const t = translator(language);
  const failed = `outcome = 'failed' AND ${messagesInRange(among)}`;
  return `SELECT ${columns}
FROM
(
  SELECT f.state_id AS state_id, f.error_code AS error_code, f.cause AS cause_key,
    if(s.label = '', f.text, replaceOne(s.label, '{1}', f.param)) AS what_failed,
    if(e.label = '', f.error_text, e.label) AS error_text, if(e.advice = '', s.advice, e.advice) AS what_to_check,
    f.clients AS clients, f.messages AS messages, f.first_seen AS first_seen, f.last_seen AS last_seen,
    l.still_failed AS still_failed, f.clients / nullIf((SELECT uniqExact(client_key) FROM client_messages WHERE ${failed}), 0) AS share,
    h.first_received >= $__fromTime AND (SELECT min(received_at) FROM state_messages) < $__fromTime AS is_new
  FROM
  (
    SELECT cause, any(topic_type) AS topic_type, any(state_id) AS state_id, any(error_code) AS error_code, any(state_text) AS text,
      multiIf(min(params[1]) != max(params[1]), '…', any(params[1]) = '', ${notGiven(language)}, any(params[1])) AS param,
      any(error_text) AS error_text, uniqExact(client_key) AS clients, count() AS messages, min(${at}) AS first_seen, max(${at}) AS last_seen
    FROM client_messages WHERE ${failed} GROUP BY cause
  ) AS f
  LEFT JOIN (SELECT cause, min(received_at) AS first_received FROM client_messages WHERE outcome = 'failed' GROUP BY cause) AS h ON h.cause = f.cause
  LEFT JOIN
  (
    SELECT cause, uniqExact(client_key) AS still_failed FROM client_topics
    WHERE outcome = 'failed' AND (client_key, cause) IN (SELECT client_key, cause FROM client_messages WHERE ${failed})
    GROUP BY cause
  ) AS l ON l.cause = f.cause
  LEFT JOIN (SELECT topic_type, toUInt32(state_id) AS state_id, ${t('state_text', 'state_text_fr')} AS label, ${t('advice', 'advice_fr')} AS advice FROM state_catalog FINAL WHERE state_id >= 0) AS s
    ON s.topic_type = f.topic_type AND s.state_id = f.state_id
  LEFT JOIN (SELECT error_code, any(${t('error_text', 'error_text_fr')}) AS label, any(${t('advice', 'advice_fr')}) AS advice FROM error_catalog FINAL WHERE family IN ('msi', 'win32', 'hresult') GROUP BY error_code) AS e
    ON e.error_code = f.error_code AND f.error_code != ''
)
WHERE ${only} ORDER BY ${order ?? 'clients DESC, messages DESC'}, cause_key LIMIT ${limit}`;
}
