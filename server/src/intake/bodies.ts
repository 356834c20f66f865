import type { IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { FspError } from '../errors.js';
import { wrapped } from '../report/encoding.js';
import type { IntakeMemory } from './memory.js';
import { keptBytes } from './rejected.js';

/** The largest body that is read. Real messages have a few kilobytes; StateDetails have no limit of their own. */
export const bodyLimit = 4 * 1024 * 1024;
/** The part of each body that needs no leave: whatever others send, an ordinary report finds room. */
export const freeBytes = 16 * 1024;
const nothing = Buffer.alloc(0);
const firstCapacity = 4 * 1024;
/** A body must bring so many bytes in so much time, or come to its end. */
const slowest = { bytes: 1_024, withinMs: 5_000 };

/** So many are ended before others have their turn: a thousand at once would hold up everybody else. */
const endedAtOnce = 8;

interface Incoming {
  request: IncomingMessage;
  received: number;
  /** What was received when the present period began, and when that was. */
  before: number;
  since: number;
  fail(error: FspError): void;
}

/** Reads bodies within a budget of memory, and ends those that do not come. */
export class Bodies {
  private readonly incoming = new Set<Incoming>();
  /** What gives back the memory of a body that is there. */
  private readonly kept = new WeakMap<IncomingMessage, () => void>();
  private readonly sweep: NodeJS.Timeout;
  private sweptAt = performance.now();

  constructor(private readonly memory: IntakeMemory) {
    this.sweep = setInterval(() => void this.endStalled(), 1_000).unref();
  }

  close(): void {
    clearInterval(this.sweep);
  }

  /**
   * Why no more is read of a body, or null. Where it is for what it begins with, the error's cause is a part of `begin`.
   * @param announced its length, NaN where it is not told
   * @param begin its first bytes, as far as they are there
   * @param mayBe whether a body that begins so can be what is wanted; a large one that cannot is not read on
   */
  refusal(announced: number, begin: Buffer, peer: string, mayBe: (first: Buffer) => boolean): FspError | null {
    if (announced > bodyLimit) return tooLarge();
    if (announced <= freeBytes) return null;
    if (!mayBe(begin)) return notXml(begin);
    // Who has no room left is told before anything is read; of whom no length is known, when it is needed.
    return Number.isNaN(announced) || this.memory.hasRoom(peer, 1) ? null : noRoom();
  }

  /** A request is over, answered or not: nobody needs its body any more. */
  over(request: IncomingMessage): void {
    this.kept.get(request)?.();
    this.kept.delete(request);
  }

  /**
   * A body, whose memory counts until its request is {@link over}.
   * @param mayBe see {@link refusal}
   * @throws FspError FSP_REPORT_TOO_LARGE, FSP_REPORT_NOT_XML, FSP_INTAKE_BUSY, FSP_REQUEST_STALLED
   */
  read(request: IncomingMessage, peer: string, mayBe: (first: Buffer) => boolean = () => true): Promise<Buffer> {
    const announced = Number(request.headers['content-length'] ?? Number.NaN);
    const refusal = this.refusal(announced, nothing, peer, mayBe);
    if (refusal !== null) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      let first: Buffer | null = null;
      let buffer: Buffer | null = null;
      let leave = 0;
      const release = () => {
        this.memory.count(peer, -leave);
        leave = 0;
      };
      const body: Incoming = {
        request,
        received: 0,
        before: 0,
        since: performance.now(),
        fail(error) {
          done();
          first = buffer = null;
          release();
          reject(error);
        },
      };
      // Listeners go with the request: to take them away one by one is dearer than to ask.
      let over = false;
      const done = () => {
        over = true;
        this.incoming.delete(body);
      };
      /** Room for all that came; false where there is none. */
      const grow = (size: number): boolean => {
        if (buffer !== null && size <= buffer.length) return true;
        const known = Number.isNaN(announced) ? bodyLimit : Math.max(announced, size);
        const capacity = Math.min(Math.max(firstCapacity, 2 ** Math.ceil(Math.log2(size))), known);
        const more = Math.max(0, capacity - freeBytes) - leave;
        if (!this.memory.take(peer, more)) return false;
        leave += more;
        const larger = Buffer.allocUnsafeSlow(capacity);
        buffer?.copy(larger, 0, 0, body.received);
        buffer = larger;
        return true;
      };
      const onData = (chunk: Buffer) => {
        if (over) return;
        const size = body.received + chunk.length;
        if (size > bodyLimit) {
          body.fail(tooLarge());
          return;
        }
        const reason = body.received === 0 ? this.refusal(announced, chunk, peer, mayBe) : null;
        if (reason !== null) {
          if (Buffer.isBuffer(reason.cause)) reason.cause = Buffer.from(reason.cause);
          body.fail(reason);
          return;
        }
        if (body.received === 0 && chunk.length <= freeBytes) first = chunk;
        else {
          if (!grow(size)) {
            body.fail(noRoom());
            return;
          }
          first?.copy(buffer!);
          first = null;
          chunk.copy(buffer!, body.received);
        }
        body.received = size;
      };
      const onEnd = () => {
        if (over) return;
        done();
        if (leave > 0) this.kept.set(request, release);
        resolve(first ?? buffer?.subarray(0, body.received) ?? nothing);
      };
      const onBroken = () => {
        if (!over) body.fail(new FspError('FSP_REQUEST_STALLED', 'The connection broke before the body was there'));
      };
      this.incoming.add(body);
      request.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken);
    });
  }

  private async endStalled(): Promise<void> {
    const now = performance.now();
    // Where this came late, bytes may have come that nobody had time to read.
    const late = now - this.sweptAt > 2_000;
    this.sweptAt = now;
    const stalled: Incoming[] = [];
    for (const body of this.incoming) {
      if (!late && now - body.since < slowest.withinMs) continue;
      if (!late && body.received - body.before < slowest.bytes) stalled.push(body);
      body.before = body.received;
      body.since = now;
    }
    for (const [index, body] of stalled.entries()) {
      if (index > 0 && index % endedAtOnce === 0) await setImmediate();
      if (this.incoming.has(body))
        body.fail(new FspError('FSP_REQUEST_STALLED', 'The body does not come; send it again'));
    }
  }
}

function tooLarge(): FspError {
  return new FspError('FSP_REPORT_TOO_LARGE', `The body is larger than ${bodyLimit} bytes`);
}

/** With its begin as its cause, which keeps all of what was read with it from the collector. */
function notXml(chunk: Buffer): FspError {
  const message =
    wrapped(chunk)?.message ?? 'The body is no well-formed XML (it does not begin with <); send a state message report';
  return new FspError('FSP_REPORT_NOT_XML', message, { cause: chunk.subarray(0, keptBytes) });
}

function noRoom(): FspError {
  return new FspError('FSP_INTAKE_BUSY', 'Too much is being received at this moment; send it again later');
}
