import { errors } from './tables/errors.js';
import type { ErrorRow } from './types.js';

export interface ErrorDescription {
  code: string;
  /** '' where the code is well formed but not in the catalogue. */
  text: string;
}

/** The error codes of client installations that the product can put into words. */
export const errorCatalog: readonly ErrorRow[] = errors.map(([family, code, name, text, outcome]) => ({
  family,
  code,
  name,
  text,
  outcome,
}));

const texts = new Map(errorCatalog.map((row) => [`${row.family}/${row.code}`, row.text]));

/** Topics whose parameters are an error code and an extended error code. */
const codeTopics = new Set([1000, 1001, 1300]);

/**
 * An HRESULT, written in hexadecimal of eight digits (`0x80070005`), as a negative decimal (-2147024891) or as an
 * unsigned decimal from 2^31 on, in canonical form. Null for anything else; success codes are no errors.
 */
export function findHresult(text: string): ErrorDescription | null {
  const trimmed = text.trim();
  let value: number;
  if (/^(0x)?[0-9a-f]{8}$/i.test(trimmed) && /^0x|^[89a-f]/i.test(trimmed) && /^0x|[a-f]/i.test(trimmed))
    value = Number.parseInt(trimmed, 16);
  else if (/^-\d{9,10}$/.test(trimmed)) value = Number(trimmed) + 2 ** 32;
  else if (/^\d{10}$/.test(trimmed)) value = Number(trimmed);
  else return null;
  if (value < 2 ** 31 || value >= 2 ** 32) return null;
  const code = `0x${value.toString(16).toUpperCase()}`;
  // 0x8007NNNN carries a Win32 code, which for installations is a code of Windows Installer.
  const wrapped = Math.floor(value / 0x1_0000) === 0x8007 ? texts.get(`msi/${value % 0x1_0000}`) : undefined;
  return { code, text: texts.get(`hresult/${code}`) ?? wrapped ?? '' };
}

/** A decimal code of Windows Installer that the catalogue knows, other than success. */
export function findMsiCode(text: string): ErrorDescription | null {
  const code = text.trim();
  const meaning = texts.get(`msi/${code}`);
  return meaning === undefined || code === '0' ? null : { code, text: meaning };
}

/** What a decimal code of a family means; '' where the catalogue does not know it. */
export function describeCode(family: ErrorRow['family'], code: number): string {
  return texts.get(`${family}/${code}`) ?? '';
}

/**
 * The error that a message's parameters name, in canonical form, or null. State 313 names a code of Windows
 * Installer; topics 1000, 1001 and 1300 give a code and an extended code, of which the extended one is the more
 * telling where it is an HRESULT and the first is not. Elsewhere only what can be nothing but an HRESULT counts: a
 * URL, a version or a port is no error.
 */
export function findError(topicType: number, stateId: number, params: readonly string[]): ErrorDescription | null {
  if (topicType === 800 && stateId === 313) {
    const param = params[0]?.trim() ?? '';
    return (
      findMsiCode(param) ?? firstHresult(params) ?? (/^[1-9]\d{0,9}$/.test(param) ? { code: param, text: '' } : null)
    );
  }
  const found = firstHresult(params);
  if (found !== null || !codeTopics.has(topicType)) return found;
  const code = params.map((param) => param.trim()).find((param) => /^[1-9]\d{0,9}$/.test(param));
  return code === undefined ? null : (findMsiCode(code) ?? { code, text: '' });
}

function firstHresult(params: readonly string[]): ErrorDescription | null {
  for (const param of params) {
    const found = findHresult(param);
    if (found !== null) return found;
  }
  return null;
}
