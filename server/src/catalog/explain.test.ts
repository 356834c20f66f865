import fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorCatalog } from './errors.js';
import { explain } from './explain.js';
import { stateCatalog } from './states.js';

const found = (query: string) => explain(query).meanings.map(({ kind, code }) => `${kind} ${code}`);

test.each([
  ['0x80070643', ['hresult 0x80070643']],
  ['0X80070643', ['hresult 0x80070643']],
  ['80070643', ['hresult 0x80070643']],
  ['(80070643)', ['hresult 0x80070643']],
  ['80072ee7.', ['hresult 0x80072EE7']],
  ['-2147023293', ['hresult 0x80070643']],
  ['−2147023293', ['hresult 0x80070643']],
  ['2147944003', ['hresult 0x80070643']],
  ['0xFFFFFFFF80070643', ['hresult 0x80070643']],
  ['0x643', ['msi 1603']],
  ['643h', ['msi 1603']],
  ['1603', ['msi 1603']],
  [' "1603" ', ['msi 1603']],
  ['5', ['win32 5']],
  ['1722', ['win32 1722', 'message 1722']],
  ['message 1722', ['message 1722']],
  ['error 1722', ['win32 1722', 'message 1722']],
  ['7', ['ccmsetup 7']],
  ['ccmsetup 7', ['ccmsetup 7']],
  ['msi 1618', ['msi 1618']],
  ['25150', ['message 25150']],
  ['CRYPT_E_NOT_FOUND', ['hresult 0x80092004']],
  ['crypt_e_not_found', ['hresult 0x80092004']],
  ['E_ACCESSDENIED', ['hresult 0x80070005']],
  ['ERROR_INTERNET_NAME_NOT_RESOLVED', ['win32 12007', 'hresult 0x80072EE7']],
  ['313', ['state 800/313']],
  ['800/313', ['state 800/313']],
  ['800 / 313', ['state 800/313']],
  ['topic 800 state 313', ['state 800/313']],
  ['Topic 800, state 313', ['state 800/313']],
  ['state 313', ['state 800/313']],
  ['état 313', ['state 800/313']],
  ['2', ['win32 2', 'state 1000/2', 'state 1001/2', 'state 1100/2', 'state 1300/2']],
])('"%s" is %j', (query, expected) => {
  expect(found(query)).toEqual(expected);
});

test.each([
  ['0x80071234', 'Win32 error 4660', 7],
  ['0x87D0FFFF', 'Configuration Manager client', 2000],
  ['0x80190133', 'HTTP status 307', 25],
  ['0x8ABC1234', 'facility 700 is not known', 700],
  ['-1', 'facility 2047 is not known', 2047],
])('%s is not in the catalogue and tells its parts all the same', (query, text, facility) => {
  const [meaning] = explain(query).meanings;
  expect(meaning).toMatchObject({ known: false, facility: { number: facility } });
  expect(meaning!.meaning.en).toContain(text);
  expect(meaning!.meaning.fr).not.toBe(meaning!.meaning.en);
  expect(meaning!.advice.fr).not.toBe('');
});

test('what is no code has no meaning, but what resembles it is offered', () => {
  expect(explain('certificate revoked')).toMatchObject({ meanings: [], candidates: expect.any(Array) as unknown });
  expect(explain('certificate revoked').candidates.map(({ code }) => code)).toContain('0x80092010');
  expect(explain('disque plein').candidates.map(({ code }) => code)).toContain('800/312');
  expect(explain('CRYPT_E_NOT').candidates.map(({ symbol }) => symbol)).toContain('CRYPT_E_NOT_FOUND');
  expect(explain('E DETRUIT').candidates).toEqual([]);
  for (const nonsense of ['', '   ', '99999999999', '800/999', 'x'.repeat(1_000_000), '0x', '--'])
    expect(explain(nonsense)).toMatchObject({ meanings: [] });
});

test('a candidate leads to a meaning', () => {
  for (const { code } of ['reboot', 'certificat', 'service', 'set-up', 'cabinet'].flatMap(
    (word) => explain(word).candidates,
  ))
    expect(explain(code).meanings, code).not.toEqual([]);
});

test('every code is found by each of its spellings and symbols, every state by its number', () => {
  for (const row of errorCatalog) {
    const [own] = explain(row.family === 'hresult' ? row.code : `${row.family} ${row.code}`).meanings;
    expect(own, `${row.family} ${row.code}`).toMatchObject({ kind: row.family, code: row.code, known: true });
    for (const symbol of row.name.split(', ').filter(Boolean)) expect(explain(symbol).meanings, symbol).not.toEqual([]);
    for (const spelling of own!.spellings) expect(explain(spelling).meanings, spelling).not.toEqual([]);
  }
  for (const { topicType, stateId } of stateCatalog)
    if (stateId !== null) expect(found(`${topicType}/${stateId}`)).toEqual([`state ${topicType}/${stateId}`]);
});

test('nothing makes it fail, and every HRESULT is put into words', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => explain(text).query === text));
  fc.assert(
    fc.property(fc.integer({ min: 2 ** 31, max: 2 ** 32 - 1 }), (value) => {
      const spelled = [String(value), String(value - 2 ** 32), `0x${value.toString(16)}`].map((text) => explain(text));
      for (const { meanings } of spelled) {
        expect(meanings).toHaveLength(1);
        expect(meanings[0]!.meaning.en).not.toBe('');
        expect(meanings[0]!.code).toBe(`0x${value.toString(16).toUpperCase()}`);
      }
    }),
  );
});
