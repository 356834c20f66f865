import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { unlessFull } from './disk/full-disk.js';
import { writeWholeSync } from './disk/whole-file.js';

/** Where the server of a data folder listens, for commands in other terminals. */
export interface RunningServer {
  /** As this machine reaches them. */
  intakeUrl: string;
  managementUrl: string;
}

/** Leaves word in the data folder of where its server listens. */
export function announceServer(dataDir: string, server: RunningServer): void {
  const told = unlessFull(() => {
    writeWholeSync(fileIn(dataDir), `${JSON.stringify(server, null, 2)}\n`);
  });
  // What stands there is of a server that is gone.
  if (!told) withdrawServer(dataDir);
}

/** Takes the word back. */
export function withdrawServer(dataDir: string): void {
  rmSync(fileIn(dataDir), { force: true });
}

/**
 * Where the server of a data folder listens, or null where none runs. One that was killed could not take its word back:
 * whoever asks there learns that nobody answers.
 */
export function findServer(dataDir: string): RunningServer | null {
  try {
    const { intakeUrl, managementUrl } = JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as Partial<RunningServer>;
    return URL.canParse(intakeUrl ?? '') && URL.canParse(managementUrl ?? '')
      ? ({ intakeUrl, managementUrl } as RunningServer)
      : null;
  } catch {
    return null;
  }
}

function fileIn(dataDir: string): string {
  return join(dataDir, 'server.json');
}
