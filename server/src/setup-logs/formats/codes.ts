import { describeCode, findHresult, findMsiCode, type ErrorDescription } from '../../catalog/errors.js';

/** What stands before a program's result: nearly every line is spared the closer look for one. */
const resultHint = /return|exit|error|status/i;
const hresult = /\b0x[89a-f][0-9a-f]{7}\b|(?<![\w.-])-2\d{9}\b/gi;
/**
 * A number that stands where a program's result stands: `returned actual error code 1603`, `exited with return code: 0`,
 * `is returning 1618`, `error status: 1603.` What follows `Note: 1:` is the number of a message, never a result.
 */
const result =
  /\b(?:(?:return(?:ed|ing|s)?|exit(?:ed|ing)?(?: with)?)(?: actual)?(?: (?:error |return |exit )?(?:code|value|status))?|(?:error|return|exit|status) ?(?:code|status)|error(?: status)?)\s*[:=]?\s*(\d{1,5})\b(?!\.\d)/gi;

/**
 * The error codes in a record's text, canonical and translated, each once: HRESULTs in hexadecimal and in negative
 * decimal, and the results of programs that the catalogue knows as Windows Installer's.
 */
export function codesIn(message: string): ErrorDescription[] {
  const mayHoldHresult = message.includes('0x') || message.includes('0X') || message.includes('-2');
  const mayHoldResult = resultHint.test(message);
  if (!mayHoldHresult && !mayHoldResult) return [];
  const found = new Map<string, ErrorDescription>();
  if (mayHoldHresult) {
    for (const [text] of message.matchAll(hresult)) {
      const code = findHresult(text);
      if (code !== null) found.set(code.code, code);
    }
  }
  if (mayHoldResult) {
    for (const [, digits = ''] of message.matchAll(result)) {
      const code = findMsiCode(digits);
      if (code !== null) found.set(code.code, code);
    }
  }
  return [...found.values()];
}

/** A return code of a set-up program in words, as a sentence's end; the bare number where nobody knows it. */
export function inWords(code: number, family: 'msi' | 'ccmsetup' = 'msi'): string {
  const text = describeCode(family, code);
  return text === '' ? String(code) : `${code}: ${text}`;
}
