import { canonical, lookUp } from '../catalog/errors.js';

/**
 * A code as people know it, with its name where it has one: `1603 (ERROR_INSTALL_FAILURE)`, `0x80070643 (1603,
 * ERROR_INSTALL_FAILURE)`. An HRESULT is never a negative number, and what it wraps stands beside it.
 */
export function exitCodeText(code: number): string {
  const text = codeNumber(code);
  const digits = /^0x8007([0-9A-F]{4})$/.exec(text)?.[1];
  const wrapped = digits === undefined ? '' : String(Number.parseInt(digits, 16));
  const facts = [wrapped, lookUp(text)?.name || (lookUp(wrapped)?.name ?? '')];
  const inside = facts.filter((fact) => fact !== '').join(', ');
  return inside === '' ? text : `${text} (${inside})`;
}

/** What it means; '' where that is not known. */
export function exitCodeMeaning(code: number): string {
  return lookUp(codeNumber(code))?.text ?? '';
}

function codeNumber(code: number): string {
  const hresult = code < 0 || code > 0x7fffffff;
  return hresult ? `0x${(code >>> 0).toString(16).toUpperCase().padStart(8, '0')}` : canonical(String(code));
}
