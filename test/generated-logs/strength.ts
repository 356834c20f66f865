import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LogFormat } from '../../server/src/setup-logs/types.js';
import { checkFollowing } from './follow.js';
import { generateLog } from './generate.js';
import { checkLog, type Aspect, type Finding } from './oracle.js';
import type { GeneratedLog } from './types.js';

export interface Share {
  format: LogFormat;
  /** Seeds from this one on, `step` apart: so many processes share one series. */
  seed: number;
  step: number;
  count: number;
  /** Every so many logs one is followed too, in real files; 0: none. */
  followEvery: number;
  /** Where logs that were misread are written to; null: nowhere. */
  folder: string | null;
}

export interface Failed {
  seed: number;
  kind: string;
  findings: Finding[];
}

export interface Tally {
  logs: number;
  bytes: number;
  runs: number;
  causes: number;
  times: number;
  followed: number;
  wrong: Record<Aspect, number>;
  /** The first ones in full. */
  failed: Failed[];
}

/** Failures of one kind that are kept in full; the others are counted. */
const keptInFull = 4_000;

export function emptyTally(): Tally {
  const wrong = { verdict: 0, cause: 0, evidence: 0, time: 0, text: 0, secret: 0, split: 0, follow: 0 };
  return { logs: 0, bytes: 0, runs: 0, causes: 0, times: 0, followed: 0, wrong, failed: [] };
}

/** Generates, reads and judges; tells of each hundred. */
export async function tryLogs(share: Share, onProgress: (logs: number) => void = () => undefined): Promise<Tally> {
  const tally = emptyTally();
  for (let index = 0; index < share.count; index++) {
    const seed = share.seed + index * share.step;
    const log = generateLog(share.format, seed);
    const followed = share.followEvery > 0 && index % share.followEvery === 0;
    const findings = [...checkLog(log, cutsFor(seed)), ...(followed ? await checkFollowing(log) : [])];
    count(tally, log, followed, findings);
    if (findings.length > 0 && tally.failed.length < keptInFull) {
      tally.failed.push({ seed, kind: log.kind, findings });
      if (share.folder !== null) writeLog(share.folder, log);
    }
    if (index % 100 === 99) {
      onProgress(100);
      // Lets the message go out.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return tally;
}

/** Places to cut a log at; each is taken modulo its length. */
export function cutsFor(seed: number): number[] {
  return [seed * 7_919, seed * 104_729 + 1, seed * 31 + 2, seed * 1_299_709].map((place) => Math.abs(place));
}

export function writeLog(folder: string, log: GeneratedLog): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${log.format}-${log.seed}-${log.name}`);
  writeFileSync(path, log.bytes);
  if (log.rotated !== null) writeFileSync(path.replace(/\.log$/, '.lo_'), log.rotated.bytes);
  return path;
}

function count(tally: Tally, log: GeneratedLog, followed: boolean, findings: readonly Finding[]): void {
  tally.logs++;
  if (followed) tally.followed++;
  for (const { bytes, truth } of log.rotated === null ? [log] : [log, log.rotated]) {
    tally.bytes += bytes.length;
    tally.runs += truth.runs.length;
    tally.causes += truth.runs.filter(({ cause }) => cause !== null).length;
    tally.times += truth.times.size;
  }
  // A run that is misjudged in several ways is one.
  const judged = new Set<string>();
  for (const { aspect, what } of findings) {
    const key = `${aspect} ${/^run \d+/.exec(what)?.[0] ?? what}`;
    if (!judged.has(key)) tally.wrong[aspect]++;
    judged.add(key);
  }
}
