import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { logFormats } from '../../server/src/setup-logs/types.js';
import { checkFollowing } from './follow.js';
import { generateLog, generateLogs } from './generate.js';
import { checkLog } from './oracle.js';
import { cutsFor, writeLog } from './strength.js';
import type { GeneratedLog } from './types.js';

/** Another one each time, so that what is tried grows; given, to see a failure again. */
// The same logs in every run, so that a change is to blame for what fails; other seeds are for run.mjs and whoever gives one.
const seed = Number(process.env.FSP_TEST_SEED ?? 20_260_102);
const count = 120;
const followEvery = 6;

/** What is wrong, with how to see it again. */
function told(log: GeneratedLog, findings: readonly { aspect: string; what: string }[]): string {
  if (findings.length === 0) return '';
  const path = writeLog(join(tmpdir(), 'fsp-generated-logs'), log);
  const list = findings.slice(0, 5).map(({ aspect, what }) => `  ${aspect}: ${what}`);
  return [`FSP_TEST_SEED=${seed}: log ${log.seed} (${log.kind}), written to ${path}`, ...list].join('\n');
}

describe(`generated logs, seed ${seed}`, () => {
  for (const format of logFormats) {
    test(`${format}: runs, verdicts, causes and times are the true ones, however the log is cut, and no secret shows`, () => {
      const wrong = [...generateLogs(format, count, seed)].map((log) => told(log, checkLog(log, cutsFor(log.seed))));
      expect(wrong.filter((one) => one !== '').join('\n')).toBe('');
    });

    test(`${format}: followed while it is written and rotated, a log gives what it gives read whole`, async () => {
      const wrong: string[] = [];
      for (let index = 0; index < count; index += followEvery) {
        const log = generateLog(format, seed + index);
        wrong.push(told(log, await checkFollowing(log)));
      }
      expect(wrong.filter((one) => one !== '').join('\n')).toBe('');
    });

    test(`${format}: the same seed gives the same bytes and the same truth`, () => {
      expect(generateLog(format, seed)).toEqual(generateLog(format, seed));
      expect(generateLog(format, seed).bytes.equals(generateLog(format, seed + 1).bytes)).toBe(false);
    });
  }
});

describe('the judge', () => {
  const log = [...generateLogs('msi', 200, 1, { plain: true })].find(
    ({ truth: { runs, times } }) =>
      runs.length === 1 && runs[0]!.exitCode === 1603 && [...times.values()].every(({ sure }) => sure === 'exact'),
  )!;
  const [run] = log.truth.runs;
  const aspects = (truth: Partial<GeneratedLog['truth']>) => [
    ...new Set(checkLog({ ...log, truth: { ...log.truth, ...truth } }, []).map(({ aspect }) => aspect)),
  ];

  test('sees a wrong verdict, a run too many, and a wrong exit code', () => {
    expect(aspects({ runs: [{ ...run!, verdict: 'succeeded' }] })).toContain('verdict');
    expect(aspects({ runs: [] })).toContain('verdict');
    expect(aspects({ runs: [{ ...run!, exitCode: 1 }] })).toContain('verdict');
  });

  test('sees a cause on another line, and one that does not name what failed', () => {
    expect(aspects({ runs: [{ ...run!, cause: { ...run!.cause!, lines: [1] } }] })).toContain('cause');
    expect(aspects({ runs: [{ ...run!, cause: { ...run!.cause!, words: ['unheard of'] } }] })).toContain('cause');
  });

  test('sees a time that is off by an hour, one out of nowhere, and one that is missing', () => {
    const times = new Map(
      [...log.truth.times].map(([line, time]) => [
        line,
        { ...time, utc: time.utc + 3_600_000, local: time.local + 3_600_000 },
      ]),
    );
    expect(aspects({ times })).toContain('time');
    expect(aspects({ times: new Map([...log.truth.times].map(([line, time]) => [line + 100_000, time])) })).toContain(
      'time',
    );
  });

  test('sees a secret, and a text that was not read letter by letter', () => {
    expect(aspects({ secrets: ['INSTALL'] })).toContain('secret');
    expect(aspects({ texts: ['Größe'] })).toContain('text');
  });
});
