import type { Severity } from '../types.js';

/** A word by itself: not the middle of an identifier such as `LastError` or `ERROR_SUCCESS`. */
const trouble =
  /(?<![\p{L}\p{N}_])(?:(?<none>no|0|without|zero)[ ]{1,3}(?:any )?)?(?:errors?|fail(?:s|ed|ures?|ing)?)(?![\p{L}\p{N}_])(?<nothing>(?:\(s\))?(?: codes?| count| status)?(?: (?:is|was|of))?[ ]{0,3}[:=(]?[ ]{0,3}(?:0x0{1,8}|0)(?![\w.,]\w|\w))?/giu;

/**
 * Severity of a log that has no field for it, by words, as CMTrace colours: error or fail (not failover), then warn.
 * None, without and zero of them are no errors. For the eye only: no verdict rests on it, for a successful run can hold
 * `Failed to register …`.
 */
export function severityByWords(message: string): Severity {
  const status = /^STATMSG: .*?\bSEV=([EWI])\b/.exec(message)?.[1];
  if (status !== undefined) return status === 'E' ? 'ERROR' : status === 'W' ? 'WARN' : 'INFO';
  if (/error|fail/i.test(message)) {
    for (const { groups } of message.matchAll(trouble))
      if (groups?.none === undefined && groups?.nothing === undefined) return 'ERROR';
  }
  return /warn/i.test(message) ? 'WARN' : 'INFO';
}
