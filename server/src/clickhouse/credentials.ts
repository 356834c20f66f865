import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  return { url: '', writer: kept?.writer ?? account('fsp_writer'), reader: kept?.reader ?? account('fsp_reader') };
}

/** Keeps the credentials, with where the engine listens now. */
export function keepEngineCredentials(dataDir: string, credentials: EngineCredentials): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  // Beside and renamed: a reader never sees half of it.
  writeFileSync(`${fileIn(dataDir)}.new`, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${fileIn(dataDir)}.new`, fileIn(dataDir));
}

function fileIn(dataDir: string): string {
  return join(dataDir, 'credentials.json');
}
