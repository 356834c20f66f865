import { config } from '@grafana/runtime';
import { afterEach, expect, test } from 'vitest';
import { adviceIn } from '../../../server/src/catalog/advice.js';
import { describeMessage } from '../../../server/src/catalog/describe.js';
import { errorCatalog } from '../../../server/src/catalog/errors.js';
import { canonical, codesIn, errorText, lookUp, suggestionFor } from './errors.js';

const before = config.bootData.user.language;
afterEach(() => {
  config.bootData.user.language = before;
});

test.each([
  ['1603', '1603'],
  ['-2147024891', '0x80070005'],
  ['0x80070005', '0x80070005'],
  ['2147942405', '0x80070005'],
  ['0X80072ee7', '0x80072EE7'],
  ['rubbish', 'rubbish'],
])('%s is %s in its canonical form', (written, known) => {
  expect(canonical(written)).toBe(known);
});

test('a code tells its meaning and what to check', () => {
  expect(lookUp('1603')?.text).toMatch(/fatal error/i);
  expect(suggestionFor('-2147024891')).toMatch(/rights/);
});

test('a failure without a code has the advice of its state, never that of success', () => {
  expect(suggestionFor('', 800, 605)).toMatch(/sitesigncert/);
  expect(suggestionFor('', 800, 602)).toMatch(/SMSSITECODE/);
});

test('an HRESULT of Win32 falls back on the Win32 code', () => {
  expect(lookUp('0x80070643')?.text).toBeTruthy();
});

test('what is not known is no code, and a number that stands for nothing is left alone', () => {
  expect(lookUp('0x12345678')).toBeNull();
  expect(codesIn('copied 1603 files')).toEqual([]);
  expect(codesIn('failed with exit code 1603 (0x80070005)').sort()).toEqual(['0x80070005', '1603']);
});

test('advice that is stored in English is read in French; what is not the catalogue’s stays as it is', () => {
  for (const { advice, adviceFr } of errorCatalog) expect(adviceIn('fr', advice)).toBe(adviceFr);
  expect(adviceIn('en', errorCatalog[0]!.advice)).toBe(errorCatalog[0]!.advice);
  expect(adviceIn('fr', 'Words of an older version')).toBe('Words of an older version');
});

test('every code that a message can name is told in French, with its meaning and what to check', () => {
  config.bootData.user.language = 'fr-FR';
  for (const { family, code, text, textFr, adviceFr } of errorCatalog) {
    const { errorCode, errorText: stored } = describeMessage({
      topic: { type: 1000 },
      state: { id: 2 },
      params: [code],
    });
    // A number that Windows Installer has too is one of its own.
    if (errorCode !== code || stored !== text) continue;
    expect([family, code, errorText(code, stored)]).toEqual([family, code, textFr]);
    expect([code, suggestionFor(code)]).toEqual([code, adviceFr]);
  }
});
