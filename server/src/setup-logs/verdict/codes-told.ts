import type { ErrorDescription } from '../../catalog/errors.js';
import { codesIn } from '../formats/codes.js';

/** The codes that a line of a log tells, also those that custom actions write: `The error code is 80070005`. */
export function codesTold(text: string): ErrorDescription[] {
  // HRESULTs without their sign; eight digits elsewhere are no codes.
  return codesIn(text.replaceAll(/(?<![\w.-])(?=8[0-9A-F]{7}(?![\w-]))/gi, '0x'));
}

/** A text with the meanings of the codes in it. */
export function withMeanings(text: string): string {
  const meanings = codesTold(text)
    .filter((code) => code.text !== '')
    .map((code) => `${code.code}: ${code.text}`);
  return meanings.length === 0 ? text : `${text} [${meanings.join('; ')}]`;
}
