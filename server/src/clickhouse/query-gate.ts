import { Transform, type TransformCallback } from 'node:stream';
import { FspError } from '../errors.js';

/** Queries that run at a time; others wait for their turn. */
const mostRunning = 4;
/** Those of one asker: whoever asks what takes a minute, again and again, leaves a place to others. */
const mostOfOne = 3;
const mostWaiting = 32;
const mostWaitingOfOne = 16;
const waitMs = 10_000;

interface Waiting {
  asker: string;
  go(): void;
}

/** Lets a few queries run at a time, so that many askers cannot take all memory of server and engine, nor one all places. */
export class QueryGate {
  private readonly running = new Map<string, number>();
  private readonly waiting = new Set<Waiting>();

  /**
   * Waits for a turn.
   * @param asker by what one is told from another
   * @returns what gives the turn to the next one; to be called once the query is over
   * @throws FspError FSP_QUERY_BUSY
   */
  async enter(asker: string, signal: AbortSignal): Promise<() => void> {
    if (this.mayRun(asker)) this.count(asker, 1);
    else await this.turn(asker, signal);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.count(asker, -1);
      for (const next of this.waiting) {
        if (!this.mayRun(next.asker)) continue;
        this.count(next.asker, 1);
        next.go();
        return;
      }
    };
  }

  private mayRun(asker: string): boolean {
    let all = 0;
    for (const running of this.running.values()) all += running;
    return all < mostRunning && (this.running.get(asker) ?? 0) < mostOfOne;
  }

  private count(asker: string, more: number): void {
    const now = (this.running.get(asker) ?? 0) + more;
    if (now > 0) this.running.set(asker, now);
    else this.running.delete(asker);
  }

  private turn(asker: string, signal: AbortSignal): Promise<void> {
    const theirs = [...this.waiting].filter((one) => one.asker === asker).length;
    if (this.waiting.size >= mostWaiting || theirs >= mostWaitingOfOne) return Promise.reject(busy());
    return new Promise((resolve, reject) => {
      const done = () => {
        this.waiting.delete(waiting);
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
      };
      const waiting = {
        asker,
        go() {
          done();
          resolve();
        },
      };
      const stop = () => {
        done();
        reject(busy());
      };
      const timer = setTimeout(stop, waitMs);
      signal.addEventListener('abort', stop);
      this.waiting.add(waiting);
    });
  }
}

/**
 * Passes on an answer up to a size, then fails. Says `begun` when the answer is whole, or too large to be held: until
 * then an error can still be told in words.
 */
export class Bounded extends Transform {
  private passed = 0;

  constructor(
    private readonly most: number,
    private readonly held: number,
  ) {
    super({ readableHighWaterMark: held });
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.passed += chunk.length;
    if (this.passed > this.most) {
      done(tooLarge(this.most));
      return;
    }
    done(null, chunk);
    if (this.passed >= this.held) this.emit('begun');
  }

  override _flush(done: TransformCallback): void {
    done();
    this.emit('begun');
  }
}

function tooLarge(most: number): FspError {
  return new FspError(
    'FSP_QUERY_FAILED',
    `The answer is larger than ${most / 1024 / 1024} MiB; ask for fewer rows or columns, or use fsp query`,
  );
}

function busy(): FspError {
  return new FspError('FSP_QUERY_BUSY', 'Too many queries run at this moment; ask again later');
}

const readingWords = new Set(['SELECT', 'WITH', 'FROM', 'SHOW', 'DESCRIBE', 'DESC', 'EXPLAIN', 'EXISTS', 'VALUES']);

/**
 * Refuses statements that are no questions. The reader's grants forbid what they would do; some, such as SYSTEM STOP
 * MERGES, the engine answers with success all the same.
 * @throws FspError FSP_QUERY_FAILED
 */
export function refuseOtherThanReading(sql: string): void {
  const word = firstWord(sql).toUpperCase();
  if (readingWords.has(word)) return;
  throw new FspError(
    'FSP_QUERY_FAILED',
    `Only questions are answered here (SELECT, WITH, SHOW, DESCRIBE, EXPLAIN, EXISTS), not ${word === '' ? 'this' : word.slice(0, 30)}`,
  );
}

/** The first word of a statement, behind comments, spaces and brackets. */
function firstWord(sql: string): string {
  let at = 0;
  for (;;) {
    while (at < sql.length && /[\s(]/.test(sql[at]!)) at++;
    let behind: number;
    if (sql.startsWith('--', at) || sql.startsWith('#', at)) behind = sql.indexOf('\n', at);
    else if (sql.startsWith('/*', at)) behind = sql.indexOf('*/', at + 2) + 1;
    else return /^\w{0,40}/.exec(sql.slice(at, at + 40))?.[0] ?? '';
    if (behind <= 0) return '';
    at = behind + 1;
  }
}
