import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { asideOf } from '../disk/kept-file.js';
import { writeWholeSync } from '../disk/whole-file.js';
import { FspError } from '../errors.js';
import type { Account } from './engine-config.js';

/** How other processes of this machine reach a running engine. Readable by its owner only. */
export interface EngineCredentials {
  /** On loopback; '' while no engine runs. */
  url: string;
  /** host:port of the native protocol on loopback; '' where it does not listen. Absent in files of earlier versions. */
  native?: string;
  /** Address that others reach it at; '' where only this machine does. */
  host?: string;
  writer: Account;
  reader: Account;
}

/**
 * The credentials kept in the engine's folder, or null where no engine has ever run.
 * @throws FspError FSP_DATA_DIR_UNREADABLE where the folder is somebody else's, or they are damaged
 */
export function readEngineCredentials(dataDir: string): EngineCredentials | null {
  const kept = read(dataDir);
  if (kept === null) return null;
  const credentials = credentialsIn(kept);
  if (credentials === null)
    throw new FspError(
      'FSP_DATA_DIR_UNREADABLE',
      `The credentials of the embedded ClickHouse in ${fileIn(dataDir)} are damaged; start the server of that data folder again, which makes new ones`,
    );
  return credentials;
}

/** @throws FspError FSP_DATA_DIR_UNREADABLE where the folder is somebody else's, or the file cannot be opened */
function read(dataDir: string): string | null {
  try {
    return readFileSync(fileIn(dataDir), 'utf8');
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM')
      throw new FspError(
        'FSP_DATA_DIR_UNREADABLE',
        `The data folder ${dirname(resolve(dataDir))} may not be read by ${userInfo().username}: it is its owner's. Ask the server instead: fsp query --url http://its-address:8081 with a token in FSP_VIEWER_TOKEN`,
        { cause },
      );
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new FspError(
      'FSP_DATA_DIR_UNREADABLE',
      `The accounts of the embedded ClickHouse in ${fileIn(dataDir)} cannot be read (${code}): they were left as they are; see that this file is one, that its disk works, and that this user may open more files`,
      { cause },
    );
  }
}

/** Null where it is damaged. */
function credentialsIn(kept: string): EngineCredentials | null {
  try {
    const found = (JSON.parse(kept) ?? {}) as Partial<EngineCredentials>;
    const isWhole = typeof found.url === 'string' && [found.writer, found.reader].every(isAccount);
    return isWhole ? (found as EngineCredentials) : null;
  } catch {
    return null;
  }
}

function isAccount(account: Partial<Account> | undefined): boolean {
  return typeof account?.username === 'string' && typeof account.password === 'string';
}

/**
 * The kept credentials, made on first use and where they are damaged: random passwords that nobody has to know. Damaged
 * ones are told and put aside: who asks by the reader's account has to be told a new password.
 */
export function ensureEngineCredentials(dataDir: string, logger?: { warn(message: string): void }): EngineCredentials {
  const text = read(dataDir);
  const kept = credentialsIn(text ?? '');
  if (text !== null && kept === null) {
    const aside = asideOf(keptIn(dataDir));
    renameSync(isOutOfReach(dataDir) ? keptIn(dataDir) : fileIn(dataDir), aside);
    logger?.warn(
      `The accounts of the embedded ClickHouse cannot be read; they are kept as ${aside}, and new passwords are made: give Grafana, and whoever else asks it, the new one (fsp query --connection --show-password)`,
    );
  }
  const account = (username: string): Account => ({ username, password: randomBytes(24).toString('base64url') });
  // A file of an earlier version could be read through the engine: what it says of the writer is no secret.
  const writer = isOutOfReach(dataDir) ? kept?.writer : undefined;
  return {
    url: '',
    native: '',
    host: '',
    writer: writer ?? account('fsp_writer'),
    reader: kept?.reader ?? account('fsp_reader'),
  };
}

/**
 * Keeps the credentials, with where the engine listens now: beside the engine's folder, because whoever may ask the
 * engine may read what its process can, by `file()`, and the kernel gives it that folder. Within it stands a link.
 */
export function keepEngineCredentials(dataDir: string, credentials: EngineCredentials): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const kept = keptIn(dataDir);
  writeWholeSync(kept, `${JSON.stringify(credentials, null, 2)}\n`);
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
