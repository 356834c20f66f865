import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Account } from './engine-config.js';

/** How other processes of this machine reach a running engine. Readable by its owner only. */
export interface EngineCredentials {
  /** '' while no engine runs. */
  url: string;
  writer: Account;
  reader: Account;
}

/** The credentials kept in the engine's folder, or null where no engine has ever run. */
export function readEngineCredentials(dataDir: string): EngineCredentials | null {
  try {
    return JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as EngineCredentials;
  } catch {
    return null;
  }
}

/** The kept credentials, made on first use: random passwords that nobody has to know. */
export function ensureEngineCredentials(dataDir: string): EngineCredentials {
  const kept = readEngineCredentials(dataDir);
  const account = (username: string): Account => ({ username, password: randomBytes(24).toString('base64url') });
  // A file of an earlier version could be read through the engine: what it says of the writer is no secret.
  const writer = isOutOfReach(dataDir) ? kept?.writer : undefined;
  return { url: '', writer: writer ?? account('fsp_writer'), reader: kept?.reader ?? account('fsp_reader') };
}

/**
 * Keeps the credentials, with where the engine listens now: beside the engine's folder, because whoever may ask the
 * engine may read what its process can, by `file()`, and the kernel gives it that folder. Within it stands a link.
 */
export function keepEngineCredentials(dataDir: string, credentials: EngineCredentials): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const kept = keptIn(dataDir);
  // Beside and renamed: a reader never sees half of it.
  writeFileSync(`${kept}.new`, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${kept}.new`, kept);
  if (isOutOfReach(dataDir)) return;
  const link = fileIn(dataDir);
  // What an earlier version left there goes first.
  rmSync(link, { force: true });
  symlinkSync(join('..', basename(kept)), link);
}

function isOutOfReach(dataDir: string): boolean {
  return lstatSync(fileIn(dataDir), { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function fileIn(dataDir: string): string {
  return join(dataDir, 'credentials.json');
}

function keptIn(dataDir: string): string {
  const folder = resolve(dataDir);
  return join(dirname(folder), `${basename(folder)}-credentials.json`);
}
