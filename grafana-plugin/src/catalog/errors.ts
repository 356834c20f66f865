import { adviceIn } from '../../../server/src/catalog/advice.js';
import { errorCatalog, findRow } from '../../../server/src/catalog/errors.js';
import { stateCatalog } from '../../../server/src/catalog/states.js';
import type { Language } from '../../../server/src/catalog/text.js';
import type { ErrorRow } from '../../../server/src/catalog/types.js';
import { language } from '../app/viewer.js';

/** What is known of an error code, in the user's language. */
export interface KnownError {
  code: string;
  name: string;
  text: string;
  /** What to do first. */
  suggestion: string;
}

/** The language of the catalogue's texts that the user reads. */
export function textLanguage(): Language {
  return language().startsWith('fr') ? 'fr' : 'en';
}

// A bare number in a log is a result of Windows Installer or of the network; what else a number can be is for the look-up page.
const errors = new Map<string, ErrorRow>(
  errorCatalog
    .filter(
      ({ family, code }) =>
        family === 'hresult' || (family === 'msi' && code !== '0') || (family === 'win32' && Number(code) >= 12_000),
    )
    .map((row) => [row.code, row]),
);

/** Codes as people and logs write them: decimal, 0x…, and negative decimals for an HRESULT. */
export function canonical(code: string): string {
  if (code.trim() === '') return '';
  const number = /^0x/i.test(code) ? Number.parseInt(code.slice(2), 16) : Number(code);
  if (!Number.isInteger(number)) return code;
  if (number < 0) return `0x${(number >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;
  if (/^0x/i.test(code) && number > 0xffff) return `0x${number.toString(16).toUpperCase().padStart(8, '0')}`;
  return number > 0x7fffffff ? `0x${number.toString(16).toUpperCase()}` : String(number);
}

/** What a code in a log or message means. */
export function lookUp(code: string): KnownError | null {
  return inWords(errors.get(canonical(code)));
}

/** What the code of a message means: there a small number is an error of Windows, where it is none of Windows Installer. */
function lookUpOfMessage(code: string): KnownError | null {
  const known = canonical(code);
  return inWords(findRow('hresult', known) ?? findRow('msi', known) ?? findRow('win32', known));
}

function inWords(row: ErrorRow | undefined): KnownError | null {
  if (row === undefined) return null;
  const french = textLanguage() === 'fr';
  return {
    code: row.code,
    name: row.name,
    text: french ? row.textFr : row.text,
    suggestion: french ? row.adviceFr : row.advice,
  };
}

/** What to do first about a client that failed: by its code, or, where that is missing or not known, by its state. */
export function suggestionFor(code: string, topicType?: number, stateId?: number): string {
  const byCode = code === '' ? '' : (lookUpOfMessage(code)?.suggestion ?? '');
  if (byCode !== '') return byCode;
  const state = stateCatalog.find((row) => row.topicType === topicType && row.stateId === stateId);
  return (textLanguage() === 'fr' ? state?.adviceFr : state?.advice) ?? '';
}

/** What an error means in the user's language; `known` is what the message itself says, in English. */
export const errorText = (code: string, known: string) => lookUpOfMessage(code)?.text ?? known;

/** Advice that is stored in English, in the user's language. */
export const adviceText = (english: string) => adviceIn(textLanguage(), english);

/** Codes in a text that may be looked up. */
export function codesIn(text: string): string[] {
  const found = text.matchAll(
    /\b0x[0-9a-f]{8}\b|(?<=\b(?:code|error|returned|value|result|hr)\b\W{0,4})-?\d{1,10}\b/gi,
  );
  return [...new Set([...found].map(([code]) => code))].filter((code) => lookUp(code) !== null);
}
