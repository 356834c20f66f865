import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FspError } from '../errors.js';
import { Checkpoints } from './checkpoint.js';
import { DamageLedger } from './damage.js';
import { Identities } from './identities.js';
import { Journal } from './journal.js';
import { Reports } from './reports.js';
import { markOf } from './segments.js';
import { Spool } from './spool.js';
import type { State } from './state.js';

export interface SpoolOptions {
  /** A folder of its own; `DIR.json` beside it is the spool's too. */
  dir: string;
  now?: () => number;
  logger?: { error(message: string): void };
  /** Sizes of the files, for tests. */
  segmentBytes?: { reports: number; journal: number };
  /** Identities in memory before they are written as a run, for tests. */
  identitiesPerRun?: number;
}

const defaultSegmentBytes = { reports: 16 * 1024 * 1024, journal: 2 * 1024 * 1024 };
/** What only cursors may use of each segment of the journal, and of the disk. */
const reservedBytes = 32 * 1024;
const reserveBytes = 512 * 1024;

/**
 * Opens the spool in a folder of its own, making it where it is missing, whatever happened to it.
 * @throws FspError FSP_DATA_DIR_UNWRITABLE
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { dir, logger } = options;
  const now = options.now ?? Date.now;
  const segmentBytes = options.segmentBytes ?? defaultSegmentBytes;
  const damage = new DamageLedger(join(dir, 'damaged'), now, logger);
  await makeDir(dir, damage);
  const checkpoints = new Checkpoints(dir);
  const known = await checkpoints.read(damage);
  const mark = known === null ? await findMark(dir) : Buffer.from(known.checkpoint.mark, 'hex');
  if (known !== null && !known.inside)
    tell(damage, mark === null || (await findMark(dir)) === null ? 'is gone' : 'has no checkpoint any more');
  const base = known?.checkpoint ?? null;
  const parts = { dir, mark: mark ?? randomBytes(8), damage };

  const reserveFile = join(dir, 'reserve');
  const journal = new Journal({
    ...parts,
    base,
    segmentBytes: segmentBytes.journal,
    reservedBytes: Math.min(reservedBytes, segmentBytes.journal / 4),
    reserveFile,
    sealed: () => void keepReserve(reserveFile),
  });
  await journal.open();
  const identities = new Identities({
    ...parts,
    ...(options.identitiesPerRun === undefined ? {} : { perRun: options.identitiesPerRun }),
  });
  await identities.open(now());
  const { end } = journal.state;
  const reports = new Reports({
    ...parts,
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
  const spool = new Spool({ ...parts, reports, journal, identities, checkpoints, now });
  await spool.begin();
  return spool;
}

function waitAgain(state: State, reports: Reports): void {
  const first = reports.log.segments[0];
  if (first === undefined || first.head === null) return;
  const place = { position: 0, ...reports.firstOf(first) };
  state.end = place;
  state.kept = place;
}

async function makeDir(dir: string, damage: DamageLedger): Promise<void> {
  try {
    if ((await stat(dir).catch(() => null))?.isFile() === true) {
      damage.setAside(dir, 'spool');
    }
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await access(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new FspError(
      'FSP_DATA_DIR_UNWRITABLE',
      `The spool's folder ${dir} cannot be written (${reason}); give this user the right to it`,
      { cause },
    );
  }
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
