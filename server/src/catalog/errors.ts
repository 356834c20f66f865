import { unnamedParams } from './states.js';
import { codeTables } from './tables/codes.js';
import { steps } from './tables/steps.js';
import type { CodeTable, ErrorRow, Family } from './types.js';

export interface ErrorDescription {
  code: string;
  /** '' where the code is well formed but not in the catalogue. */
  text: string;
}

const known = codeTables.flatMap(rowsOf);
const listed = new Set(known.map(({ family, code }) => `${family}/${code}`));

/**
 * The codes that the product can put into words. Every code of Windows and result of Windows Installer is there as an
 * HRESULT too: facility 7 carries it in its lower half.
 */
export const errorCatalog: readonly ErrorRow[] = [
  ...known,
  ...known
    .filter(({ family, code }) => (family === 'win32' || family === 'msi') && code !== '0')
    .map((row): ErrorRow => ({ ...row, family: 'hresult', code: hex(0x8007_0000 + Number(row.code)) }))
    .filter(({ code }) => !listed.has(`hresult/${code}`)),
];

const rows = new Map(errorCatalog.map((row) => [`${row.family}/${row.code}`, row]));

function rowsOf({ family, area, source, rows }: CodeTable): ErrorRow[] {
  return rows.map(([code, name, text, textFr, step, other]) => ({
    family,
    code,
    name,
    text,
    textFr,
    outcome: other?.outcome ?? 'failed',
    advice: steps[step].en,
    adviceFr: steps[step].fr,
    area,
    source: other?.source ?? source,
  }));
}

function hex(value: number): string {
  return `0x${value.toString(16).toUpperCase().padStart(8, '0')}`;
}

/** What the catalogue has on a canonical code of a family. */
export function findRow(family: Family, code: string): ErrorRow | undefined {
  return rows.get(`${family}/${code}`);
}

/** Topics whose parameters are an error code and an extended error code. */
const codeTopics = new Set([1000, 1001, 1300]);

/**
 * An HRESULT, written in hexadecimal of eight digits (`0x80070005`; without `0x` where no decimal number looks so), as a
 * negative decimal (-2147024891) or as an unsigned decimal from 2^31 on, in canonical form. Null for anything else;
 * success codes are no errors.
 */
export function findHresult(text: string): ErrorDescription | null {
  const trimmed = text.trim();
  let value: number;
  if (/^0x[0-9a-f]{8}$/i.test(trimmed) || (/^[89a-f][0-9a-f]{7}$/i.test(trimmed) && /[a-f]|^8007/i.test(trimmed)))
    value = Number.parseInt(trimmed, 16);
  else if (/^-\d{9,10}$/.test(trimmed)) value = Number(trimmed) + 2 ** 32;
  else if (/^\d{10}$/.test(trimmed)) value = Number(trimmed);
  else return null;
  if (value < 2 ** 31 || value >= 2 ** 32) return null;
  const code = hex(value);
  return { code, text: findRow('hresult', code)?.text ?? '' };
}

/** A decimal code of Windows Installer that the catalogue knows, other than success. */
export function findMsiCode(text: string): ErrorDescription | null {
  const code = text.trim();
  const row = findRow('msi', code);
  return row === undefined || code === '0' ? null : { code, text: row.text };
}

/** What a decimal code of a family means; '' where the catalogue does not know it. */
export function describeCode(family: Family, code: number): string {
  return findRow(family, String(code))?.text ?? '';
}

/**
 * The error that a message's parameters name, in canonical form, or null. State 313 names a code of Windows
 * Installer; topics 1000, 1001 and 1300 give a code and an extended code, of which the extended one is the more
 * telling where it is an HRESULT and the first is not. Elsewhere an HRESULT counts, and a number that is known as one of
 * Windows or Windows Installer, where the state does not say that it is something else: a URL, a version or a port is no
 * error.
 */
export function findError(topicType: number, stateId: number, params: readonly string[]): ErrorDescription | null {
  if (topicType === 800 && stateId === 313) {
    const param = installerCode(params[0] ?? '');
    return findMsiCode(param) ?? firstHresult([param, ...params]) ?? (isCode(param) ? windowsCode(param) : null);
  }
  const found = firstHresult(params);
  if (found !== null) return found;
  if (codeTopics.has(topicType)) {
    const code = params.map((param) => param.trim()).find(isCode);
    return code === undefined ? null : (findMsiCode(code) ?? windowsCode(code));
  }
  for (const param of unnamedParams(topicType, stateId, params)) {
    const code = wholeCode.test(param) ? installerCode(param) : '';
    const known = isCode(code) && !ambiguous.has(code) ? (findMsiCode(code) ?? windowsCode(code)) : null;
    if (known !== null && known.text !== '') return known;
  }
  return null;
}

const wholeCode = /^\s*(?:0x[0-9a-f]{1,8}|\d{1,10})(?:\s?\(0x[0-9a-f]{1,8}\))?\s*$/i;
/** Numbers of Windows that are a count or a port far more often. */
const ambiguous = new Set(['1', '2', '3', '4', '80', '443']);

/** A code of Windows Installer as decimal: 0x643, 01603 and `1603 (0x643)` are 1603. */
function installerCode(text: string): string {
  const [first = ''] = text.trim().split(/[\s(:;,]/, 1);
  const code = /^0x0{0,8}([1-9a-f][0-9a-f]{0,6})$/i.exec(first)?.[1];
  return code === undefined ? first.replace(/^0+(?=\d)/, '') : String(Number.parseInt(code, 16));
}

const isCode = (text: string) => /^[1-9]\d{0,9}$/.test(text);

const windowsCode = (code: string): ErrorDescription => ({ code, text: describeCode('win32', Number(code)) });

function firstHresult(params: readonly string[]): ErrorDescription | null {
  for (const param of params) {
    const found = findHresult(param);
    if (found !== null) return found;
  }
  return null;
}
