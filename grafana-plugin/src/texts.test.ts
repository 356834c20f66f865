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

/** Blanks that are filled with something else than a number of things. */
const noNumbers = new Set(['file', 'log', 'name', 'server', 'sink', 'text', 'what', 'who', 'why']);
/** Their number is always a larger one. */
const neverOne = [
  'client.newest-only',
  'expected.days',
  'live.most',
  'log.fold',
  'log.fold-trouble',
  'log.too-many',
  'not-read.too-many',
  'overview.stuck-note',
  'throttle.no-traffic',
];

test('a number before the word that it counts has a text for one of it', () => {
  const counting = [...english.keys()].filter((key) =>
    [...english.get(key)!.matchAll(/\{\{(\w+)\}\} (?:[a-z]+ )?[a-z]+s\b/g)].some(([, blank]) => !noNumbers.has(blank!)),
  );
  const withoutOne = counting.filter((key) => !key.endsWith('_one') && !english.has(`${key}_one`));
  expect(withoutOne.sort()).toEqual(neverOne);
});
