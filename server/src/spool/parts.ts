import { randomBytes } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Checkpoints } from './checkpoint.js';
import type { DamageLedger } from './damage.js';
import { Identities } from './identities.js';
import { Journal } from './journal.js';
import { Reports } from './reports.js';
import { markOf } from './segments.js';
import type { SpoolParts } from './spool.js';
import type { State } from './state.js';

export interface SpoolOptions {
  /** A folder of its own; `DIR.json` beside it is the spool's too. */
  dir: string;
  now?: () => number;
  logger?: { info?(message: string): void; error(message: string): void };
  /** Sizes of the files, for tests. */
  segmentBytes?: { reports: number; journal: number };
  /** Identities in memory before they are written as a run, for tests. */
  identitiesPerRun?: number;
}

const defaultSegmentBytes = { reports: 16 * 1024 * 1024, journal: 2 * 1024 * 1024 };
/** What only cursors may use of each segment of the journal, and of the disk. */
const reservedBytes = 32 * 1024;
const reserveBytes = 512 * 1024;

/** Opens, or makes, everything that a spool consists of, in a folder that is there. */
export async function openParts(options: SpoolOptions, damage: DamageLedger): Promise<SpoolParts> {
  const { dir } = options;
  const now = options.now ?? Date.now;
  const segmentBytes = options.segmentBytes ?? defaultSegmentBytes;
  const checkpoints = new Checkpoints(dir);
  let known = await checkpoints.read(damage);
  let mark = known?.inside === true ? Buffer.from(known.checkpoint.mark, 'hex') : await findMark(dir);
  if (known?.inside === false) {
    if (mark === null) tell(damage, 'is gone');
    // Another spool was put in the place of the one that it tells of.
    else if (mark.toString('hex') !== known.checkpoint.mark) known = null;
    else tell(damage, 'has no checkpoint any more');
    mark ??= Buffer.from(known?.checkpoint.mark ?? '', 'hex');
  }
  const base = known?.checkpoint ?? null;
  const common = { dir, mark: mark ?? randomBytes(8), damage };

  const reserveFile = join(dir, 'reserve');
  const journal = new Journal({
    ...common,
    base,
    segmentBytes: segmentBytes.journal,
    reservedBytes: Math.min(reservedBytes, segmentBytes.journal / 4),
    reserveFile,
    sealed: () => void keepReserve(reserveFile),
  });
  await journal.open();
  const identities = new Identities({
    ...common,
    ...(options.identitiesPerRun === undefined ? {} : { perRun: options.identitiesPerRun }),
  });
  await identities.open(now());
  const { end } = journal.state;
  const reports = new Reports({
    ...common,
    identities,
    segmentBytes: segmentBytes.reports,
    known: {
      seq: base?.reports.seq ?? 0,
      end: {
        failed: Math.max(base?.reports.end.failed ?? 0, end.failed),
        other: Math.max(base?.reports.end.other ?? 0, end.other),
      },
    },
    delivered: () => journal.state.kept,
  });
  await reports.log.find();
  // Nothing is known of what was admitted and delivered: whatever is there waits.
  if (journal.seq === 0) waitAgain(journal.state, reports);
  journal.tellMissing();
  await reports.open(now());
  await keepReserve(reserveFile);
  return { ...common, reports, journal, identities, checkpoints, now };
}

function waitAgain(state: State, reports: Reports): void {
  const first = reports.log.segments[0];
  if (first === undefined || first.head === null) return;
  const place = { position: 0, ...reports.firstOf(first) };
  state.end = place;
  state.kept = place;
}

/** The spool's mark by any segment that is whole. */
async function findMark(dir: string): Promise<Buffer | null> {
  for (const [name, id] of [
    ['reports', 1],
    ['journal', 2],
    ['identities', 3],
  ] as const) {
    for (const file of await readdir(join(dir, name)).catch(() => [])) {
      const mark = await markOf(join(dir, name, file), id);
      if (mark !== null) return mark;
    }
  }
  return null;
}

/** A file that is given up when the disk is full, so that cursors can be written, and with them room be made. */
async function keepReserve(path: string): Promise<void> {
  try {
    if ((await stat(path).catch(() => null))?.size === reserveBytes) return;
    const file = await open(path, 'w', 0o600);
    try {
      await file.writeFile(Buffer.alloc(reserveBytes));
    } finally {
      await file.close();
    }
  } catch {
    // It is wanted for later; now there may be no room.
  }
}

function tell(damage: DamageLedger, what: string): void {
  damage.tell({ where: 'spool', file: 'spool', offset: 0, bytes: 0, messages: 0, entries: 0, what });
}
