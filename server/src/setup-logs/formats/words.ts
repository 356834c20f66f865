import { anyHint, hint } from './hints.js';
import type { Severity } from '../types.js';

/** A word by itself: not the middle of an identifier such as `LastError` or `ERROR_SUCCESS`. */
const trouble =
  /(?<![\p{L}\p{N}_])(?:(?<none>no|0|without|zero)[ ]{1,3}(?:any )?)?(?:errors?|fail(?:s|ed|ures?|ing)?)(?![\p{L}\p{N}_]|\.(?:xml|log|lo_|txt|html?|json|csv|config|ini|cpp|cs|ps1|dll|exe)(?![\p{L}\p{N}_]))(?<nothing>(?:\(s\))?(?: codes?| count| status)?(?: (?:is|was|of))?[ ]{0,3}[:=(]?[ ]{0,3}(?:0x0{1,8}|0|none)(?![\w.,]\w|\w))?/giu;

/** A result that Windows counts among the failures, where no word says so. */
const failingResult = /(?<!\w)(?:hresult|hr)[ ]?[:=][ ]?(?:0x)?[89a-f][0-9a-f]{7}(?!\w)/i;

/**
 * Severity of a log that has no field for it, by words, as CMTrace colours: error or fail (not failover), then warn.
 * None, without and zero of them are no errors. For the eye only: no verdict rests on it, for a successful run can hold
 * `Failed to register …`.
 * @param hints what the text may hold, where that is known
 */
export function severityByWords(message: string, hints = anyHint): Severity {
  const status = message.startsWith('STATMSG: ') ? /^STATMSG: .*?\bSEV=([EWI])\b/.exec(message)?.[1] : undefined;
  if (status !== undefined) return status === 'E' ? 'ERROR' : status === 'W' ? 'WARN' : 'INFO';
  if ((hints & hint.trouble) !== 0 && /error|fail/i.test(message)) {
    for (const { groups } of message.matchAll(trouble))
      if (groups?.none === undefined && groups?.nothing === undefined) return 'ERROR';
  }
  if ((hints & hint.code) !== 0 && failingResult.test(message)) return 'ERROR';
  return (hints & hint.warning) !== 0 && /warn/i.test(message) ? 'WARN' : 'INFO';
}
