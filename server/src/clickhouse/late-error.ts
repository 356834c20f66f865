import { finished, Transform, type Readable, type TransformCallback } from 'node:stream';
import { parseError } from '@clickhouse/client';

/** An error behind the rows is a few lines. */
const mostOfError = 64 * 1024;

/**
 * An answer without the error that ClickHouse writes behind the rows where a question fails after its answer began – too
 * many rows, too much memory, too long: the stream ends with that error instead, and has rows alone.
 * @param tag what ClickHouse marks such an error with, by the answer's header; without it no error can be told from rows
 */
export function withLateError(source: Readable, tag: unknown): Readable {
  if (typeof tag !== 'string' || tag === '') return source;
  const answer = new Rows(tag);
  finished(source, (error) => {
    // ClickHouse breaks the connection behind the error.
    if (error) answer.destroy(answer.told() ?? error);
  });
  answer.once('close', () => source.destroy());
  return source.pipe(answer);
}

class Rows extends Transform {
  private readonly beginMark: Buffer;
  private readonly endMark: Buffer;
  /** What may be the beginning of the mark of an error; behind the mark the error. */
  private held: Buffer = Buffer.alloc(0);
  private failed = false;

  constructor(tag: string) {
    super();
    this.beginMark = Buffer.from(`\r\n__exception__\r\n${tag}\r\n`);
    this.endMark = Buffer.from(` ${tag}\r\n__exception__\r\n`);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const bytes = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    if (this.failed) {
      this.held = bytes.subarray(0, mostOfError);
      done();
      return;
    }
    const at = bytes.indexOf(this.beginMark);
    this.failed = at >= 0;
    const rows = this.failed ? at : bytes.length - this.begun(bytes);
    this.held = bytes.subarray(this.failed ? at + this.beginMark.length : rows);
    done(null, bytes.subarray(0, rows));
  }

  override _flush(done: TransformCallback): void {
    const error = this.told();
    if (error === null) done(null, this.held);
    else done(error);
  }

  /** The error that stood behind the rows, or null. */
  told(): Error | null {
    if (!this.failed) return null;
    const end = this.held.indexOf(this.endMark);
    const text = this.held.subarray(0, end < 0 ? this.held.length : end).toString();
    // Before the end stands how long it is.
    return parseError(end < 0 ? text : text.replace(/\n\d+$/, ''));
  }

  /** How many bytes at the end may be the beginning of the mark. */
  private begun(bytes: Buffer): number {
    for (let count = Math.min(this.beginMark.length - 1, bytes.length); count > 0; count--)
      if (bytes.subarray(-count).equals(this.beginMark.subarray(0, count))) return count;
    return 0;
  }
}
