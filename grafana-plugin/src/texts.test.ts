import { expect, test } from 'vitest';
import { textsInCode } from '../texts.mjs';
import french from './locales/fr-FR/fallbackstatuspoint-fsp-app.json';

const english = textsInCode();
const blanks = (text: string) => [...text.matchAll(/\{\{\w+\}\}/g)].map(([blank]) => blank).sort();

test('every text has its French, and no French stands for a text that is gone', () => {
  expect(Object.keys(french).sort()).toEqual([...english.keys()].sort());
});

test.each([...english])('%s fills in the same values in both languages', (key, text) => {
  expect(blanks((french as Record<string, string>)[key] ?? '')).toEqual(blanks(text));
});

test('no French sign stands alone at the begin of a line: what goes before it is a space that does not break', () => {
  const breaks = Object.entries(french).filter(([, text]) => /[ ](?:[?!;»]|%(?!\w)|:(?:\s|$))|«[ ]/.test(text));
  expect(breaks).toEqual([]);
});
