/**
 * Reads one table of a spool of the form that came before, an LMDB environment, and prints what it holds, one JSON text a
 * line. A program of its own, as LMDB maps its file into memory: where that is damaged the process ends by a signal, and
 * must not be the server.
 *
 * Usage: node lmdb-reader.js FOLDER records|admitted|waiting|seen AFTER – keys up to AFTER are passed over.
 */
import { writeSync } from 'node:fs';
import type { Database, RootDatabase } from 'lmdb';

const [dir = '', table = '', after = '0'] = process.argv.slice(2);
const from = Number(after);
// The package is optional: without it only this program cannot run.
const { open } = await import('lmdb');
const root: RootDatabase = open({ path: dir, maxDbs: 8, readOnly: true, noSubdir: false });
const entries: Database<object, number> = root.openDB({ name: 'entries' });

function print(value: object): void {
  const line = Buffer.from(`${JSON.stringify(value)}\n`);
  for (let done = 0; done < line.length;) {
    try {
      done += writeSync(1, line, done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}

function entryOf(arrival: number): object | null {
  try {
    const entry = entries.get(arrival) ?? null;
    // Bytes have no form of their own in JSON.
    for (const [key, value] of Object.entries(entry ?? {}))
      if (value instanceof Uint8Array) Object.assign(entry!, { [key]: Buffer.from(value).toString('base64') });
    return entry;
  } catch {
    return null;
  }
}

if (table === 'records') {
  const records: Database<object, string> = root.openDB({ name: 'records' });
  let count = 0;
  for (const { key, value } of records.getRange({})) if (++count > from) print({ at: count, name: key, value });
} else if (table === 'admitted') {
  const admitted: Database<number, number> = root.openDB({ name: 'admitted' });
  for (const { key, value } of admitted.getRange({ start: from + 1 })) {
    // Said before its value is touched: where that ends the process, it is known which one it was.
    print({ at: key });
    print({ at: key, entry: entryOf(value) });
  }
} else if (table === 'waiting') {
  const waiting: Database<number, [number, number]> = root.openDB({ name: 'waiting' });
  const arrivals = Float64Array.from(waiting.getKeys({}), ([, arrival]) => arrival).sort();
  for (const arrival of arrivals) {
    if (arrival <= from) continue;
    print({ at: arrival });
    print({ at: arrival, entry: entryOf(arrival) });
  }
} else {
  const seen: Database<Buffer, Buffer> = root.openDB({ name: 'seen', keyEncoding: 'binary', encoding: 'binary' });
  let count = 0;
  let day = 0;
  let ids: Buffer[] = [];
  const flush = () => {
    if (ids.length > 0) print({ at: count, day, ids: Buffer.concat(ids).toString('base64') });
    ids = [];
  };
  for (const key of seen.getKeys({})) {
    if (++count <= from) continue;
    if (key.readUInt16BE(0) !== day || ids.length === 10_000) flush();
    day = key.readUInt16BE(0);
    ids.push(Buffer.from(key.subarray(2)));
  }
  flush();
}
await root.close();
