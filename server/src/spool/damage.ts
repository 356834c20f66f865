import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Damaged pieces are kept up to this many bytes in all; what is beyond is counted and told only. */
const keptBytes = 256 * 1024 * 1024;

/** What was found damaged, with what was lost by it. */
export interface Damage {
  /** `reports`, `journal`, `identities`, `checkpoint` or `spool`. */
  where: string;
  file: string;
  offset: number;
  bytes: number;
  /** State messages that were acknowledged, not delivered everywhere, and are gone. */
  messages: number;
  /** Other entries (records of set-up logs, windows, rejected messages) that are gone. */
  entries: number;
  /** One clause: what is wrong with it. */
  what: string;
}

export interface DamageFigures {
  /** Damaged pieces found since the folder `damaged` was last emptied. */
  pieces: number;
  bytes: number;
  messages: number;
  entries: number;
  /** When the last was found, in milliseconds since 1970 UTC; null where there is none. */
  lastAt: number | null;
}

/**
 * What was found damaged: told once, counted, and kept in the folder `damaged` beside a ledger of one JSON line each. The
 * figures last over restarts, until someone has looked and removes the folder.
 */
export class DamageLedger {
  private readonly known = new Set<string>();
  private readonly totals: DamageFigures = { pieces: 0, bytes: 0, messages: 0, entries: 0, lastAt: null };
  /** Bytes of what lies in the folder, those of earlier starts too. */
  private kept = 0;

  constructor(
    private readonly dir: string,
    private readonly now: () => number,
    private readonly logger: { error(message: string): void } | undefined,
  ) {
    for (const line of this.lines()) {
      try {
        const { at, ...damage } = JSON.parse(line) as Damage & { at: number };
        this.count(damage, at);
      } catch {
        // A line that was torn by a kill: what it told of is found again.
      }
    }
  }

  figures(): DamageFigures {
    return { ...this.totals };
  }

  /**
   * Tells of a damaged piece, unless it is known, and keeps its bytes where there are any.
   * @returns false where it was known
   */
  tell(damage: Damage, piece?: Buffer): boolean {
    if (this.known.has(keyOf(damage))) return false;
    const at = this.now();
    this.count(damage, at);
    const kept = piece !== undefined && this.keep(damage, piece);
    const lost = [
      damage.messages > 0 ? `${damage.messages} messages` : '',
      damage.entries > 0 ? `${damage.entries} other entries` : '',
    ].filter((one) => one !== '');
    this.logger?.error(
      `The spool is damaged: ${damage.file} ${damage.what} (${damage.bytes} bytes at ${damage.offset}); ` +
        `${lost.length === 0 ? 'nothing is lost by it' : `${lost.join(' and ')} lost`}; ` +
        `${kept ? `the piece is kept in ${this.dir}; ` : ''}everything else is delivered; check the disk`,
    );
    try {
      mkdirSync(this.dir, { recursive: true });
      appendFileSync(join(this.dir, 'ledger.jsonl'), `${JSON.stringify({ at, ...damage })}\n`);
    } catch {
      // A full disk must not keep the server from starting; it is told again at the next start.
    }
    return true;
  }

  /** Moves something that is no file of the spool, or not readable, out of the way. */
  setAside(path: string, name: string): void {
    try {
      mkdirSync(this.dir, { recursive: true });
      renameSync(path, join(this.dir, `${name}.${this.now()}`));
    } catch {
      // It stays where it is, and is passed over.
    }
  }

  private keep(damage: Damage, piece: Buffer): boolean {
    if (this.kept + piece.length > keptBytes) return false;
    try {
      mkdirSync(this.dir, { recursive: true });
      writeFileSync(join(this.dir, `${damage.file.replaceAll(/[\\/]/g, '-')}-${damage.offset}`), piece);
      this.kept += piece.length;
      return true;
    } catch {
      return false;
    }
  }

  private count(damage: Damage, at: number): void {
    this.known.add(keyOf(damage));
    this.totals.pieces++;
    this.totals.bytes += damage.bytes;
    this.totals.messages += damage.messages;
    this.totals.entries += damage.entries;
    this.totals.lastAt = at;
  }

  private lines(): string[] {
    try {
      const file = join(this.dir, 'ledger.jsonl');
      this.kept = readdirSync(this.dir).reduce((sum, name) => sum + statSync(join(this.dir, name)).size, 0);
      if (!statSync(file).isFile()) return [];
      return readFileSync(file, 'utf8').split('\n').filter(Boolean);
    } catch {
      return [];
    }
  }
}

function keyOf({ file, offset, what }: Damage): string {
  return `${file} ${offset} ${what}`;
}
