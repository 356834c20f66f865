import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { parseLog, type Parsed } from '../synthetic-logs.js';
import type { Run } from '../../server/src/setup-logs/types.js';

/** A log of test/fixtures/cases, as it stands. */
export function caseLog(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/cases/${name}`, import.meta.url));
}

/** As Windows writes it: UTF-16LE with a byte order mark and CRLF. */
function windowsBytes(text: string): Buffer {
  return Buffer.from(`\ufeff${text.replaceAll(/\r?\n/g, '\r\n')}`, 'utf16le');
}

const plain = ({ runs }: Parsed) => runs.map((run) => ({ ...run, offset: 0 }));

/** The runs of a log: the same as UTF-8 and as Windows writes it, and wherever its bytes are cut. */
export function runsOf(text: string, timezone: string | null = null): Run[] {
  const utf8 = Buffer.from(text);
  const runs = parseLog(utf8, { timezone });
  const asWindows = windowsBytes(text);
  const others = [
    parseLog(asWindows, { timezone }),
    parseLog(asWindows, { timezone }, [1, 77, 1001, Math.floor(asWindows.length / 2)]),
    parseLog(utf8, { timezone }, [3, Math.floor(utf8.length / 3), utf8.length - 1]),
  ];
  for (const other of others) {
    const [wanted, got] = [JSON.stringify(plain(runs)), JSON.stringify(plain(other))];
    if (wanted !== got) throw new Error(`In another encoding or in pieces it gives\n${got}\nand not\n${wanted}`);
  }
  return runs.runs;
}

/** A line of ccmsetup.log; `[message, type, seconds since the beginning, thread]`. */
export type CcmLine = string | [message: string, type: number, seconds?: number, thread?: number];

/** A ccmsetup.log in CCM format, a second a line unless it says otherwise. */
export function ccmLog(lines: readonly CcmLine[]): string {
  return lines
    .map((line, index) => {
      const [message, type, seconds = index, thread = 4120] = typeof line === 'string' ? [line, 1] : line;
      const at = new Date(Date.UTC(2026, 0, 15, 10, 0, seconds)).toISOString();
      return `<![LOG[${message}]LOG]!><time="${at.slice(11, 23)}+000" date="01-15-2026" component="ccmsetup" context="" type="${type}" thread="${thread}" file="ccmsetup.cpp:${1000 + index}">\n`;
    })
    .join('');
}

export const banner = '==========[ ccmsetup started in process 5012 ]==========';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 15, 10, 0, seconds)).toISOString();

/** A verbose log of Windows Installer around the lines of one installation. */
export function msiLog(lines: readonly string[], { start = 0, client = '2C:64' } = {}): string {
  const [begin, end] = [at(start), at(start + 30)];
  const date = `1/15/2026  ${Number(begin.slice(11, 13))}${begin.slice(13, 19)}`;
  const until = `1/15/2026  ${Number(end.slice(11, 13))}${end.slice(13, 19)}`;
  return [
    `=== Verbose logging started: ${date}  Build type: SHIP UNICODE 5.00.10011.00  Calling process: C:\\Windows\\system32\\msiexec.exe ===`,
    `MSI (c) (${client}) [${begin.slice(11, 19)}:100]: Resetting cached policy values`,
    ...lines,
    `=== Verbose logging stopped: ${until} ===`,
    '',
  ].join('\n');
}

/** An installation whose action fails with a message of its own. */
export const failedAction = [
  'Action start 10:00:02: INSTALL.',
  'Action start 10:00:03: CcmCheck.',
  'MSI (s) (54:F8) [10:00:04:000]: Product: FSP -- Error 25012. IIS is not installed on this server.',
  '',
  'Action ended 10:00:05: CcmCheck. Return value 3.',
  'Action ended 10:00:05: INSTALL. Return value 3.',
];
/** What the service and the client tell of the result. */
export const result = (code: number) => [
  `MSI (s) (54:F8) [10:00:06:000]: MainEngineThread is returning ${code}`,
  `=== Logging stopped: 1/15/2026  10:00:06 ===`,
  `MSI (c) (2C:64) [10:00:07:000]: Back from server. Return value: ${code}`,
  `MSI (c) (2C:64) [10:00:07:001]: MainEngineThread is returning ${code}`,
];

/** The only run of a log. */
export function only(runs: readonly Run[]): Run {
  expect(runs).toHaveLength(1);
  return runs[0]!;
}

/** Line and kind of each piece of evidence. */
export function shown(run: Run): string[] {
  return run.evidence.map(({ line, shows }) => `${line} ${shows}`);
}
