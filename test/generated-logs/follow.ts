import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Places, type PartBegin } from '../../server/src/setup-logs/files/places.js';
import { FileThreads } from '../../server/src/setup-logs/follow/file-threads.js';
import { Follower } from '../../server/src/setup-logs/follow/follower.js';
import { recordId, runId } from '../../server/src/setup-logs/identity.js';
import { LogParser } from '../../server/src/setup-logs/log-parser.js';
import type { LogRecord } from '../../server/src/setup-logs/types.js';
import { runsOf, type Finding } from './oracle.js';
import { surveyOf } from './survey.js';
import type { GeneratedLog } from './types.js';

/** How often nothing new is found before what is held is given out. */
const quietLooks = 4;

/** Follows a log in real files while it is written, piece by piece, and compares with reading it whole. */
export async function checkFollowing(log: GeneratedLog): Promise<Finding[]> {
  const folder = mkdtempSync(join(tmpdir(), 'fsp-generated-'));
  try {
    const path = join(folder, log.name);
    const followed = await follow(log, path);
    const whole = readAsFarAsWritten(log);
    const [got, wanted] = [followed, whole].map((records) => summary(records, path, log.toldLater)) as [
      string[],
      string[],
    ];
    const at = wanted.findIndex((one, index) => one !== got[index]);
    if (at < 0 && got.length === wanted.length) return [];
    const place = at < 0 ? wanted.length : at;
    return [
      {
        aspect: 'follow',
        what: `${got.length} for ${wanted.length}; first ${got[place] ?? 'nothing'} in place of ${wanted[place] ?? 'nothing'}`,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const threads = new FileThreads();

async function follow(log: GeneratedLog, path: string): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  const follower = new Follower({
    targets: [path],
    timezone: log.timezone,
    positions: [],
    store: (found) => {
      records.push(...found.records);
      return Promise.resolve();
    },
    forget: () => Promise.resolve(),
    threads,
  });
  try {
    if (log.rotated !== null) {
      const { bytes } = log.rotated;
      const half = Math.floor(bytes.length / 2);
      writeFileSync(path, bytes.subarray(0, half));
      await follower.look();
      appendFileSync(path, bytes.subarray(half));
      // It may be looked at once more before it is renamed, or not.
      if (log.seed % 2 === 0) await follower.look();
      renameSync(path, path.replace(/\.log$/, '.lo_'));
    }
    writeFileSync(path, '');
    for (const piece of log.pieces) {
      appendFileSync(path, piece);
      await follower.look();
    }
    for (let look = 0; look < quietLooks; look++) await follower.look();
  } finally {
    await follower.stop();
  }
  return records;
}

/** What can be known of a file that may still grow; what was rotated away before it is at its end, and goes on in it. */
function readAsFarAsWritten({ rotated, bytes, timezone }: GeneratedLog): LogRecord[] {
  const records: LogRecord[] = [];
  const begins: PartBegin[] = [];
  let before: LogParser | null = null;
  for (const part of rotated === null ? [bytes] : [rotated.bytes, bytes]) {
    const onRecord = (record: LogRecord) => records.push(places.place(record).record);
    const parser: LogParser = new LogParser({ timezone, survey: surveyOf(part), onRecord }, before);
    begins.push({ path: '', ...parser.begin });
    const places = new Places([...begins], begins.length > 1);
    parser.push(part);
    if (part === bytes) parser.flush();
    else parser.end();
    places.refresh();
    before = parser;
  }
  return records;
}

/** Records and runs as lines that can be compared. Where only the whole file tells the date, times are left out. */
function summary(records: readonly LogRecord[], logFile: string, withoutTimes: boolean): string[] {
  const source = { hostName: 'host', logFile };
  return [
    ...records.map((record) => `${record.line} ${withoutTimes ? record.message : recordId(source, record)}`),
    ...runsOf(records).map((run) => {
      const { startedAt, endedAt, ...rest } = run;
      return `${withoutTimes ? '' : `${runId(source, run)} ${startedAt ?? ''} ${endedAt ?? ''} `}${JSON.stringify(rest)}`;
    }),
  ];
}
