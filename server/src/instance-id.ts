import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { unlessFull } from './full-disk.js';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * What tells this server from every other of its name, and is the same after a restart: made once, kept in the data
 * folder. The machine is part of it, because a copied disk takes the folder along.
 */
export function instanceId(dataDir: string): string {
  const file = join(dataDir, 'instance-id');
  let kept = '';
  try {
    kept = readFileSync(file, 'utf8').trim();
  } catch {
    // The first start.
  }
  if (!uuid.test(kept)) {
    kept = randomUUID();
    unlessFull(() => {
      writeFileSync(file, `${kept}\n`, { mode: 0o600 });
    });
  }
  const digest = createHash('sha256').update(`${kept} ${hostname()}`).digest('hex');
  // Version 8 of RFC 9562: made by a rule of our own.
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-a${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}
