import { expect, test } from 'vitest';
import { errorCatalog } from './errors.js';
import { facilityOf } from './facilities.js';
import { stateCatalog } from './states.js';
import { codeTables } from './tables/codes.js';
import { states } from './tables/states.js';
import { stateSteps } from './tables/steps-states.js';
import { steps } from './tables/steps.js';

const rows = codeTables.flatMap((table) => table.rows.map((row) => ({ table, row })));

test('holds several hundred codes, each once', () => {
  expect(rows.length).toBeGreaterThan(800);
  const keys = errorCatalog.map(({ family, code }) => `${family} ${code}`);
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
});

test('no number is both a result of Windows Installer and an error of Windows', () => {
  const installer = new Set(errorCatalog.filter(({ family }) => family === 'msi').map(({ code }) => code));
  const windows = errorCatalog.filter(({ family }) => family === 'win32').map(({ code }) => code);
  expect(windows.filter((code) => installer.has(code))).toEqual([]);
});

test.each(errorCatalog.map((row) => [`${row.family} ${row.code}`, row] as const))(
  '%s has its canonical form, meaning and first step in both languages, and a source',
  (_, row) => {
    expect(row.code).toMatch(row.family === 'hresult' ? /^0x[8-9A-F][0-9A-F]{7}$/ : /^(0|[1-9]\d*)$/);
    for (const text of [row.text, row.textFr, row.advice, row.adviceFr, row.area, row.source])
      expect(text.trim()).not.toBe('');
    expect(row.textFr).not.toBe(row.text);
    expect(row.adviceFr).not.toBe(row.advice);
    for (const text of [row.text, row.textFr, row.advice, row.adviceFr]) expect(text).not.toMatch(/[.\s]$|\s{2}/);
    expect(['succeeded', 'failed', 'reboot_pending']).toContain(row.outcome);
    expect(row.name).toMatch(/^$|^[A-Z][A-Za-z0-9_]+(, [A-Z][A-Za-z0-9_]+)*$/);
    if (row.family === 'hresult') expect(facilityOf(Number(row.code)).name).not.toBe('');
  },
);

test.each(
  stateCatalog
    .filter(({ stateId }) => stateId !== null)
    .map((row) => [`${row.topicType}/${row.stateId}`, row] as const),
)('state %s has its text in both languages, and a first step where it failed', (_, row) => {
  expect(row.text).not.toBe('');
  expect(row.textFr).not.toBe(row.text);
  expect(row.textFr.includes('{1}')).toBe(row.text.includes('{1}'));
  expect(row.source).not.toBe('');
  expect(row.advice === '').toBe(row.adviceFr === '');
  if (row.outcome === 'failed' || row.outcome === 'reboot_pending') {
    expect(row.advice).not.toBe('');
    expect(row.adviceFr).not.toBe(row.advice);
  }
});

test('every first step is used', () => {
  const used = new Set<string>(rows.map(({ row }) => row[4]));
  // Of the role's set-up, which names no code.
  expect(Object.keys(steps).filter((name) => !used.has(name) && name !== 'prerequisite')).toEqual([]);
  const known = new Set(states.map(([topic, , state]) => `${topic}/${state ?? ''}`));
  expect(Object.keys(stateSteps).filter((key) => !known.has(key))).toEqual([]);
});
