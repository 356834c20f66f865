import { at, messagesInRange } from './clickhouse.js';
import { causeRowsSql } from './cause-rows.js';
import { cutRow } from './cut.js';
import { translator, type Language } from './language.js';
import { notGiven, shortened } from './texts.js';

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

/** Ways in which clients fail, named in a language. What one is called is what all of its messages share. */
export function causesSql(language: Language, { columns, among, only = '1', order, limit }: Causes): string {
  const t = translator(language);
  const failed = `outcome = 'failed' AND ${messagesInRange(among)}`;
  return `SELECT ${columns}
FROM
(
  SELECT * REPLACE (${cutRow({
    language,
    limit,
    named: 'what_failed',
    texts: ['error_code', 'error_text', 'what_to_check', 'cause_key'],
    others: ['clients', 'messages', 'still_failed', 'share', 'first_seen', 'last_seen'],
  })})
  FROM
  (
    SELECT *, row_number() OVER (ORDER BY ${order ?? 'clients DESC, messages DESC'}, cause_key) AS place, count() OVER () AS all_rows
    FROM
    (
      SELECT f.state_id AS state_id, f.error_code AS error_code, f.cause AS cause_key,
        ${shortened(`if(s.label = '', f.state_text, replaceOne(s.label, '{1}', if(f.param = '', ${notGiven(language)}, f.param)))`)} AS what_failed,
        if(e.label = '', f.error_text, e.label) AS error_text, if(e.advice = '', s.advice, e.advice) AS what_to_check,
        f.clients AS clients, f.messages AS messages, f.first_seen AS first_seen, f.last_seen AS last_seen, f.is_new AS is_new,
        f.still_failed AS still_failed, f.clients / nullIf((SELECT uniqExact(client_key) FROM client_messages WHERE ${failed}), 0) AS share
      FROM
      (
        ${causeRowsSql(failed, at)}
      ) AS f
      LEFT JOIN (SELECT topic_type, toUInt32(state_id) AS state_id, ${t('state_text', 'state_text_fr')} AS label, ${t('advice', 'advice_fr')} AS advice FROM state_catalog FINAL WHERE state_id >= 0) AS s
        ON s.topic_type = f.topic_type AND s.state_id = f.state_id
      LEFT JOIN (SELECT error_code, any(${t('error_text', 'error_text_fr')}) AS label, any(${t('advice', 'advice_fr')}) AS advice FROM error_catalog FINAL WHERE family IN ('msi', 'win32', 'hresult') GROUP BY error_code) AS e
        ON e.error_code = f.error_code AND f.error_code != ''
    )
    WHERE ${only}
  )
  WHERE place <= ${limit + 1}
)
ORDER BY place`;
}
