import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asWindowsWrites, parseLog, syntheticLog } from '../../../test/synthetic-logs.js';
import { FspError } from '../errors.js';
import { checkZone } from './formats/zone.js';

const everyLog = [
  ...['msi-1603-custom-action', 'msi-french', 'msi-two-runs', 'role-setup-two-runs', 'msi-secrets'].map((name) =>
    syntheticLog(`${name}.log`),
  ),
  ...['ccm-many-writers.log', 'ccm-truncated.log', 'simple-state-and-status.lo_'].map(syntheticLog),
];

describe('properties', () => {
  test('cutting the input anywhere changes nothing', () => {
    const inputs = everyLog.flatMap((log) => [log, asWindowsWrites(log)]);
    fc.assert(
      fc.property(fc.constantFrom(...inputs), fc.array(fc.nat(20_000), { maxLength: 30 }), (log, places) => {
        const cuts = places.map((place) => place % log.length);
        expect(parseLog(log, {}, cuts)).toEqual(parseLog(log));
      }),
      { numRuns: 300 },
    );
  });

  const fragments = fc.constantFrom(
    '<![LOG[',
    ']LOG]!>',
    '<time="',
    '10:00:00.1+-360" date="99-99-9999"',
    ' component="',
    '$$<A><',
    '03-15-2026 08:00:00.000+000>',
    '<thread=',
    '~',
    '~~',
    '<02/09/14 22:53:28> ',
    'SMSFSP Setup Started....',
    'RoleSetup().',
    '=== Verbose logging started: 3/4/2017  1:02:03 ===',
    'MSI (s) (1:2) [23:59:59:999]: ',
    'Action ended 1:02:03: X. Return value 3.',
    'MainEngineThread is returning ',
    '1603',
    '\n',
    '\r\n',
    '\r',
    '\0',
    '-----BEGIN PRIVATE KEY-----',
    'MsiHiddenProperties = (;[',
    'Property(S): A = ',
    'password="',
    '\u202e',
    '\ud800',
    '====================',
  );
  const rubbish = fc.oneof(
    fc
      .array(fc.oneof(fragments, fc.string({ unit: 'binary' })), { maxLength: 40 })
      .map((parts) => Buffer.from(parts.join(''))),
    fc.array(fragments, { maxLength: 40 }).map((parts) => Buffer.from(parts.join(''), 'utf16le')),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  );

  test('no input throws, and every byte of text is in some record', () => {
    fc.assert(
      fc.property(rubbish, fc.constantFrom(undefined, 'ccm', 'simple', 'role_setup', 'msi'), (log, format) => {
        const { records } = parseLog(log, format === undefined ? {} : { format: format as 'ccm' });
        for (const record of records) {
          expect(record.line).toBeGreaterThan(0);
          expect(Number.isNaN(record.time)).toBe(false);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test('rubbish cut anywhere gives the same records too', () => {
    fc.assert(
      fc.property(rubbish, fc.nat(1_000), (log, place) => {
        expect(parseLog(log, {}, [place % (log.length + 1)])).toEqual(parseLog(log));
      }),
      { numRuns: 1_000 },
    );
  });

  test('words between records are never lost', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fragments, fc.constant('KEEPME')), { maxLength: 30 }), (parts) => {
        const text = parts.filter((part) => !/\0|KEY-|password|Hidden|Property/.test(part)).join(' ');
        const records = parseLog(Buffer.from(text)).records;
        const kept = records
          .map(({ original }) => original)
          .join('\n')
          .split('KEEPME').length;
        expect(kept).toBe(text.split('KEEPME').length);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a typed error is all that a wrong zone throws', () => {
    fc.assert(
      fc.property(fc.string(), (zone) => {
        try {
          checkZone(zone);
        } catch (error) {
          expect(error).toBeInstanceOf(FspError);
        }
      }),
    );
  });
});
