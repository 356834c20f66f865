import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { syncFolder } from '../disk/whole-file.js';
import { FspError } from '../errors.js';
import type { RoleVersion } from '../roles/role.js';
import type { DamageLedger } from './damage.js';
import type { SpoolEntry, StateMessageEntry } from './entries.js';
import { openParts, type SpoolOptions } from './parts.js';
import { Spool, type SpoolParts } from './spool.js';
import { entryFromJson, type LogPosition, type SinkRecord, type Window } from './state.js';

/** Files of an LMDB environment. */
const oldFiles = ['data.mdb', 'lock.mdb'];
/** How often reading is begun again behind the place at which it ended by a signal, each time further behind. */
const attempts = 20;
const fruitlessAttempts = 3;
const perStep = 200;

interface OldSink {
  cursor: number;
  pending: { id: string; from: number; to: number; createdAt: number } | null;
}

interface Line {
  /** Key, or count, of what the line is about. */
  at: number;
  /** As `entryToJson` gives it. */
  entry?: object | null;
  name?: string;
  value?: unknown;
  day?: number;
  ids?: string;
}

/**
 * Takes over a spool of the form that came before, LMDB: everything that waits or is admitted, the cursors with the
 * batches that were under way, the window, the role, the positions of logs, the identities. The new spool is made in the
 * folder `migrating`, moved in place when it is whole, and the old files are kept in `before-migration`. A kill at any
 * moment is made good by the next start.
 * @throws FspError FSP_SPOOL_UNAVAILABLE where it cannot be read or there is no room; nothing is changed then
 */
export async function migrate(options: SpoolOptions, damage: DamageLedger): Promise<void> {
  const { dir } = options;
  const migrating = join(dir, 'migrating');
  const complete = join(migrating, 'complete');
  if (!existsSync(complete)) {
    await rm(migrating, { recursive: true, force: true });
    if (!existsSync(join(dir, 'data.mdb'))) return;
    if (existsSync(join(dir, 'reports'))) {
      await putAside(options);
      return;
    }
    options.logger?.info?.(`The spool in ${dir} is of an earlier version; it is taken over`);
    await build({ ...options, dir: migrating }, dir, damage);
    await writeFile(complete, '');
    await syncFolder(migrating);
  }
  for (const file of await readdir(migrating))
    if (file !== 'complete') await rename(join(migrating, file), join(dir, file));
  const before = join(dir, 'before-migration');
  await mkdir(before, { recursive: true });
  for (const file of oldFiles) if (existsSync(join(dir, file))) await rename(join(dir, file), join(before, file));
  await syncFolder(dir);
  await rm(migrating, { recursive: true, force: true });
  await rm(`${migrating}.json`, { force: true });
  options.logger?.info?.(`The spool was taken over; the files of the earlier version are kept in ${before}`);
}

/**
 * An earlier version ran over a spool that was taken over, and began one of its own form. That is no damage: what it
 * acknowledged is there, and is put where it can be delivered from, each time in a folder of its own.
 */
async function putAside({ dir, logger }: SpoolOptions): Promise<void> {
  const place = join(dir, 'earlier-version');
  let folder = place;
  for (let n = 2; existsSync(folder); n++) folder = `${place}-${n}`;
  await mkdir(join(folder, 'spool'), { recursive: true, mode: 0o700 });
  // The data last: a kill in between leaves them to the next start.
  for (const file of oldFiles.toReversed())
    if (existsSync(join(dir, file))) await rename(join(dir, file), join(folder, 'spool', file));
  await syncFolder(join(folder, 'spool'));
  await syncFolder(dir);
  logger?.error?.(
    `An earlier version of this program ran over the spool in ${dir} after that was taken over; what it held lies in ${folder} and is not passed on by this server: fsp drain --spool ${folder} delivers it`,
  );
}

async function build(options: SpoolOptions, oldDir: string, damage: DamageLedger): Promise<void> {
  await mkdir(options.dir, { recursive: true, mode: 0o700 });
  const parts = await openParts(options, damage);
  const read = async (table: string, take: (line: Line) => Promise<void> | void) => {
    if (!(await readTable(oldDir, table, take))) tell(damage, 0, `could not be read whole (${table})`);
  };
  await takeRecords(parts, read);
  await takeAdmitted(parts, damage, read);
  await takeWaiting(parts, damage, read);
  const days = new Map<number, Buffer[]>();
  await read('seen', ({ day, ids }) => {
    if (day !== undefined && ids !== undefined) days.set(day, [...(days.get(day) ?? []), Buffer.from(ids, 'base64')]);
  });
  for (const [day, ids] of days) await parts.identities.import(day, Buffer.concat(ids));
  await new Spool(parts).close();
}

type ReadTable = (table: string, take: (line: Line) => Promise<void> | void) => Promise<void>;

async function takeRecords({ journal }: SpoolParts, read: ReadTable): Promise<void> {
  let window: Window | undefined;
  let role: RoleVersion | undefined;
  const sinks: Record<string, SinkRecord> = {};
  const logs: Record<string, LogPosition> = {};
  const place = (position: number) => ({ position, failed: 0, other: 0 });
  await read('records', ({ name = '', value }) => {
    if (name === 'window') window = value as Window;
    else if (name === 'role') role = value as RoleVersion;
    else if (name.startsWith('log ')) logs[name.slice(4)] = value as LogPosition;
    else if (name.startsWith('sink ')) {
      const { cursor, pending } = value as OldSink;
      sinks[name.slice(5)] = {
        place: place(cursor),
        pending: pending === null ? null : { id: pending.id, createdAt: pending.createdAt, to: place(pending.to) },
      };
    }
  });
  const cursors = Object.values(sinks).map((sink) => sink.place.position);
  // The cursor furthest ahead is where the log ends, where nothing is admitted any more.
  await journal.commit(() => ({
    end: place(Math.min(...cursors, cursors.length === 0 ? 0 : Infinity)),
    ...(window === undefined ? {} : { window }),
    ...(role === undefined ? {} : { role }),
    sinks,
    logs,
  }));
}

async function takeAdmitted({ journal }: SpoolParts, damage: DamageLedger, read: ReadTable): Promise<void> {
  let pending: SpoolEntry[] = [];
  let position = journal.state.end.position;
  let lost = 0;
  const flush = async () => {
    const entries = pending;
    pending = [];
    if (entries.length === 0) return;
    await journal.commit(() => ({ end: { position, failed: 0, other: 0 }, admits: entries.length, entries }));
  };
  await read('admitted', async ({ at, entry }) => {
    if (at <= position || entry === undefined || entry === null) return;
    if (at > position + 1 || pending.length === perStep) await flush();
    lost += at - position - 1;
    position = at;
    pending.push(entry as SpoolEntry);
  });
  await flush();
  const last = Math.max(
    ...Object.values(journal.state.sinks).map(({ place, pending: batch }) => (batch?.to ?? place).position),
    0,
  );
  if (last > position) {
    lost += last - position;
    await journal.commit(() => ({ end: { position: last, failed: 0, other: 0 } }));
  }
  if (lost > 0) tell(damage, lost, 'is damaged (admitted)');
}

async function takeWaiting({ reports }: SpoolParts, damage: DamageLedger, read: ReadTable): Promise<void> {
  let lost = 0;
  let known = 0;
  let writing: Promise<void>[] = [];
  await read('waiting', async ({ entry }) => {
    if (entry === undefined) {
      known++;
      return;
    }
    known--;
    if (entry === null) lost++;
    else writing.push(reports.append([entryFromJson(entry) as StateMessageEntry]));
    if (writing.length < 1_000) return;
    await Promise.all(writing);
    writing = [];
  });
  await Promise.all(writing);
  if (lost + known > 0) tell(damage, lost + known, 'is damaged (waiting)');
}

/** Reads a table in processes of their own; false where parts of it could not be. */
async function readTable(dir: string, table: string, take: (line: Line) => Promise<void> | void): Promise<boolean> {
  let after = 0;
  let fruitless = 0;
  for (let attempt = 0; attempt < attempts && fruitless < fruitlessAttempts; attempt++) {
    const before = after;
    const skip = fruitless === 0 ? 0 : 10 ** fruitless;
    const reader = spawn(process.execPath, [readerPath(), dir, table, String(after + skip)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    reader.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const closed = once(reader, 'close') as Promise<[number | null]>;
    for await (const text of createInterface({ input: reader.stdout })) {
      let line: Line;
      try {
        line = JSON.parse(text) as Line;
      } catch {
        continue;
      }
      after = line.at;
      await take(line);
    }
    const [code] = await closed;
    if (code === 0) return attempt === 0;
    if (said.includes('ERR_MODULE_NOT_FOUND') || said.includes('No native build'))
      throw new FspError(
        'FSP_SPOOL_UNAVAILABLE',
        'The spool is of an earlier version, and the package lmdb that reads it is not there; ' +
          'install it (npm install lmdb) and start again, or move the spool away',
      );
    fruitless = after > before ? 0 : fruitless + 1;
  }
  return false;
}

function readerPath(): string {
  // Beside this file where it is compiled; under test this file is not.
  const sibling = fileURLToPath(new URL('./lmdb-reader.js', import.meta.url));
  return existsSync(sibling) ? sibling : fileURLToPath(new URL('../../dist/spool/lmdb-reader.js', import.meta.url));
}

function tell(damage: DamageLedger, lost: number, what: string): void {
  damage.tell({ where: 'spool', file: 'data.mdb', offset: 0, bytes: 0, messages: lost, entries: 0, what });
}
