import { describeCode, findHresult, findMsiCode, type ErrorDescription } from '../../catalog/errors.js';
import type { Family } from '../../catalog/types.js';
import { anyHint, hint } from './hints.js';

/** Nearly every line is spared the closer look for a code. */
const perhaps = /return|exit|err|fail|unable|\bcode=|status|result|\bhr\b|\brc\b|0x|[([][89c]|-[12]\d/i;
const below = /-[12]\d/;
/**
 * An HRESULT that can be nothing else: with its prefix, or as a negative number. An address in memory is none, nor is
 * the kind of source that Windows Installer's message 1706 tells.
 */
const hresult = /(?<!\baddress |\bat |\b1706 2: |[\w.-])(?:0x[89a-f][0-9a-f]{7}|-2\d{9}|-10\d{8})(?![\w-]|\.\d)/gi;
/** `(87D00215)`: eight digits of a family that clients report, alone in brackets. */
const bracketed = /(?<=[([])(?:80|87d|c0)[0-9a-f]{5,6}(?=[)\]])/gi;
/**
 * A number that stands where a result stands: `returned actual error code 1603`, `exited with return code: 0`,
 * `is returning 1618`, `exit code [1603]`, `HRESULT=80004005`, `error code is 80041002`, `error code: 0x643`. What follows
 * `Note: 1:` is the number of a message, never a result.
 */
const result =
  /(?<![\w.])(?:(win32|system|windows) )?(?:return(?:ed|ing|s)?|exit(?:ed|ing|s)?|(?:get)?(?:last ?)?err(?:or)?(?:\(\))?|hresult|hr|rc|result|status|failed|code(?==\d{1,5}, Text))(?: ?(?:with|an?|actual|failure|error|exit|return|status|code|value|number|result|hresult)){0,5} {0,2}(?:is|was|of|[:=])? {0,2}["'([]?(0x[0-9a-f]{1,8}|-?\d{1,10}|[89a-f][0-9a-f]{7})(?![\w-]|\.\d)/gi;

/** `Action ended 10:11:12: InstallFiles. Return value 1.`: what became of an action of Windows Installer is no error code. */
const ofAction = /^Return value [0-5]$/;

/** `Failed to connect to \\\\PC1\\admin$ using machine account (53)`: the number of Windows that ends such a sentence. */
const bracketedLast = /(?<!\b(?:attempts?|times|tries|count|items?|files?) ?)\((\d{1,5})\)[.!]?\s{0,4}$/i;
/**
 * Messages of Windows Installer that say something else than the result of the same number: `Error 1601. Out of disk
 * space.`, where 1601 as a result is a service that cannot be reached.
 */
const ownMessages = new Set([1601, 1604, 1606, 1607, 1608, 1609, 1610, 1611, 1628, 1651]);
const failing = /\b(?:fail(?:ed|ure|s)?|unable|could ?n.t|could not|cannot|can.t)\b/i;
const longestEnd = 40;

/**
 * The error codes in a record's text, canonical and translated, each once, in the order of the text: HRESULTs in
 * hexadecimal and in decimal, with or without sign and prefix, and results of programs that are known as Windows
 * Installer's or Windows' own.
 * @param hints what the text may hold, where that is known
 */
export function codesIn(message: string, hints = anyHint): ErrorDescription[] {
  // The date of a record has numbers behind a minus too.
  const may = (hints & hint.code) !== 0 ? perhaps.test(message) : (hints & hint.negative) !== 0 && below.test(message);
  if (!may) return [];
  const found: [at: number, code: ErrorDescription][] = [];
  for (const pattern of [hresult, bracketed]) {
    for (const { 0: text, index } of message.matchAll(pattern)) {
      const code = findHresult(pattern === bracketed ? `0x${text}` : text);
      if (code !== null) found.push([index, code]);
    }
  }
  for (const { 0: all, 1: windows, 2: text = '', index } of message.matchAll(result)) {
    const isMessage = ownMessages.has(Number(text)) && isOwnMessage(message, index, all);
    const code = isMessage || ofAction.test(all) ? null : resultCode(text, windows !== undefined);
    if (code !== null) found.push([index + all.lastIndexOf(text), code]);
  }
  const last = bracketedLast.exec(message.slice(-longestEnd));
  if (last?.[1] !== undefined && failing.test(message)) {
    const code = resultCode(last[1], true);
    if (code !== null) found.push([message.length, code]);
  }
  if (found.length > 1) found.sort(([first], [second]) => first - second);
  return [...new Map(found.map(([, code]) => [code.code, code])).values()];
}

/** Whether a number is that of a message, at its beginning, and a sentence follows. */
function isOwnMessage(text: string, at: number, words: string): boolean {
  return (
    /^error \d{4}$/i.test(words) &&
    /(?:^|\n|-- |MSI: )$/.test(text.slice(Math.max(0, at - 5), at)) &&
    /^\. ?\S/.test(text.slice(at + words.length, at + words.length + 3))
  );
}

/** A number as the result that it is; null where nobody knows it as one. */
function resultCode(text: string, ofWindows: boolean): ErrorDescription | null {
  const prefixed = /^0x/i.test(text);
  if (!prefixed && /^[89a-f][0-9a-f]{7}$/i.test(text)) return findHresult(`0x${text}`);
  const value = Number(text);
  if (value < 0 || value >= 2 ** 31) return findHresult(prefixed ? `0x${value.toString(16).padStart(8, '0')}` : text);
  if (value === 0 || value > 0xffff) return null;
  const known = findMsiCode(String(value));
  if (known !== null) return known;
  // Messages of Windows Installer have the same numbers.
  if (((value >= 1300 && value < 3000) || (value >= 25_000 && value < 35_000)) && !ofWindows && !prefixed) return null;
  const wrapped = findHresult(`0x8007${value.toString(16).padStart(4, '0')}`)?.text ?? '';
  return wrapped === '' && !ofWindows ? null : { code: String(value), text: wrapped };
}

/**
 * A return code of a set-up program in words, as a sentence's end; the bare number where nobody knows it.
 * @param families whose code it may be, the nearest first: msiexec returns what Windows does, too
 */
export function inWords(code: number, families: readonly Family[] = ['msi', 'win32']): string {
  const hresult = findHresult(String(code));
  if (hresult !== null) return hresult.text === '' ? hresult.code : `${hresult.code}: ${hresult.text}`;
  const text = families.map((family) => describeCode(family, code)).find((one) => one !== '');
  return text === undefined ? String(code) : `${code}: ${text}`;
}
