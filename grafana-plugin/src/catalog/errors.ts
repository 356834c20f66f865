import { adviceOn } from '../../../server/src/catalog/advice.js';
import { errorCatalog } from '../../../server/src/catalog/errors.js';

/** What is known of an error code. */
export interface KnownError {
  code: string;
  name: string;
  text: string;
  /** What to check; '' where nothing better than the text is known. */
  suggestion: string;
}

const errors = new Map<string, KnownError>();
for (const { family, code, name, text } of errorCatalog) {
  const key = family === 'ccmsetup' ? `ccmsetup ${code}` : code;
  errors.set(key, { code, name, text, suggestion: adviceOn([key]) });
}

/** Codes as people and logs write them: decimal, 0x…, and negative decimals for an HRESULT. */
export function canonical(code: string): string {
  const number = /^0x/i.test(code) ? Number.parseInt(code.slice(2), 16) : Number(code);
  if (!Number.isInteger(number)) return code;
  if (number < 0) return `0x${(number >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;
  if (/^0x/i.test(code) && number > 0xffff) return `0x${number.toString(16).toUpperCase().padStart(8, '0')}`;
  return number > 0x7fffffff ? `0x${number.toString(16).toUpperCase()}` : String(number);
}

/** What a code means. Facility 7 of an HRESULT carries a Win32 code, which is known by itself. */
export function lookUp(code: string): KnownError | null {
  const key = canonical(code);
  const win32 = /^0x8007([0-9A-F]{4})$/.exec(key)?.[1];
  return errors.get(key) ?? (win32 === undefined ? undefined : errors.get(String(Number.parseInt(win32, 16)))) ?? null;
}

/** What to check about a client that failed: by its code, or by ccmsetup's return code. */
export function suggestionFor(code: string): string {
  return adviceOn([canonical(code)]) || (lookUp(code)?.suggestion ?? '');
}

/** Codes in a text that may be looked up. */
export function codesIn(text: string): string[] {
  const found = text.matchAll(
    /\b0x[0-9a-f]{8}\b|(?<=\b(?:code|error|returned|value|result|hr)\b\W{0,4})-?\d{1,10}\b/gi,
  );
  return [...new Set([...found].map(([code]) => code))].filter((code) => lookUp(code) !== null);
}
