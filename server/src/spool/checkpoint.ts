import { open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { writeWhole } from '../disk/whole-file.js';
import type { DamageLedger } from './damage.js';
import type { LanePlace } from './report-record.js';
import { lostBy } from './segments.js';
import type { State } from './state.js';

/** What is known of the spool beside its logs, so that nothing is known by one file alone. */
export interface Checkpoint {
  /** Of the spool, hexadecimal. */
  mark: string;
  /** Number of the newest step of the journal that is in the state. */
  seq: number;
  state: State;
  /** The log of reports: number of the newest record on disk, and behind the last messages. */
  reports: { seq: number; end: LanePlace };
}

const names = ['checkpoint-a', 'checkpoint-b'];

/**
 * Three files of one line each, a CRC-32 and JSON: two that are written in turns before each batch is handed out and
 * after changes, and one outside of the folder (`spool.json` beside `spool/`), which tells of a spool that is gone.
 */
export class Checkpoints {
  private turn = 0;
  readonly markerPath: string;

  constructor(private readonly dir: string) {
    this.markerPath = `${dir}.json`;
  }

  /** The newest that is whole; null where none is. `inside` says whether it was one of the folder's own. */
  async read(damage: DamageLedger): Promise<{ checkpoint: Checkpoint; inside: boolean } | null> {
    const found: { checkpoint: Checkpoint; inside: boolean }[] = [];
    const paths = [...names.map((name) => join(this.dir, name)), this.markerPath];
    for (const [index, path] of paths.entries()) {
      const read = await readCheckpoint(path);
      if (read === 'damaged') {
        const name = names[index] ?? 'spool.json';
        damage.tell({
          where: 'checkpoint',
          file: name,
          offset: 0,
          bytes: 0,
          messages: 0,
          entries: 0,
          what: 'is damaged; what it says is known from elsewhere too',
        });
        damage.setAside(path, name);
      } else if (read !== null) {
        found.push({ checkpoint: read, inside: index < names.length });
        // The newer of the two is the last to be written over.
        if (index < names.length && read.seq === Math.max(...found.map(({ checkpoint }) => checkpoint.seq)))
          this.turn = 1 - index;
      }
    }
    const newest = (inside: boolean) =>
      found
        .filter((one) => one.inside === inside)
        .sort((a, b) => b.checkpoint.seq - a.checkpoint.seq || b.checkpoint.reports.seq - a.checkpoint.reports.seq)[0];
    return newest(true) ?? newest(false) ?? null;
  }

  async write(checkpoint: Checkpoint): Promise<void> {
    const path = join(this.dir, names[this.turn]!);
    this.turn = 1 - this.turn;
    await writeLine(path, lineOf(checkpoint));
  }

  /** Writes the one outside of the folder. */
  async writeMarker(checkpoint: Checkpoint): Promise<void> {
    // Whatever else has its place: nothing of ours stands beside it.
    await rm(`${this.markerPath}.new`, { force: true, recursive: true });
    await writeWhole(this.markerPath, lineOf(checkpoint));
  }
}

async function readCheckpoint(path: string): Promise<Checkpoint | null | 'damaged'> {
  try {
    if (!(await stat(path)).isFile()) return 'damaged';
    const text = await readFile(path, 'utf8');
    // Never written, or by a kill before it was.
    if (text === '') return null;
    const json = text.slice(9, text.indexOf('\n'));
    return text.slice(0, 8) === checksum(json) ? (JSON.parse(json) as Checkpoint) : 'damaged';
  } catch (error) {
    return lostBy(path, error) === 'ENOENT' ? null : 'damaged';
  }
}

function lineOf(checkpoint: Checkpoint): string {
  const json = JSON.stringify(checkpoint);
  return `${checksum(json)} ${json}\n`;
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0');
}

/** In place, without asking for room where there was enough before. */
async function writeLine(path: string, line: string): Promise<void> {
  const file = await open(path, 'r+').catch(() => open(path, 'w', 0o600));
  try {
    const bytes = Buffer.from(line);
    for (let done = 0; done < bytes.length;)
      done += (await file.write(bytes, done, bytes.length - done, done)).bytesWritten;
    await file.datasync();
  } finally {
    await file.close();
  }
}
