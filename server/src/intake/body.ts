import type { IncomingMessage } from 'node:http';
import { FspError } from '../errors.js';

/** How much may be read: of one body, and of all bodies that are being read at one time. */
export interface BodyLimits {
  bodyBytes: number;
  allBodiesBytes: number;
}

/** Why a body was not read to its end, with what was read of it. */
export class UnreadBodyError extends Error {
  constructor(
    readonly reason: FspError,
    readonly body: Buffer,
  ) {
    super(reason.message);
  }
}

/** The sender went away in the middle of its body: there is nobody to answer. */
export class SenderGoneError extends Error {}

/**
 * Reads bodies whole into memory, within limits on each and on all together: a thousand slow senders of large bodies
 * must not take a thousand times the limit.
 */
export class BodyReader {
  private held = 0;

  constructor(private readonly limits: BodyLimits) {}

  /**
   * Resolves with the body and a function that must be called when it is needed no more.
   * @throws UnreadBodyError FSP_REPORT_TOO_LARGE past the limit (announced or read), FSP_SPOOL_UNAVAILABLE while all
   * bodies together take too much; the rest of the body is still on the wire then
   * @throws SenderGoneError where the connection ends before the body does
   */
  read(request: IncomingMessage): Promise<{ body: Buffer; release: () => void }> {
    const { bodyBytes, allBodiesBytes } = this.limits;
    const tooLarge = () => new FspError('FSP_REPORT_TOO_LARGE', `The body is larger than ${bodyBytes} bytes`);
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const release = () => {
        this.held -= size;
        size = 0;
      };
      const settle = () => {
        request.off('data', take).off('end', finish).off('close', abandon).off('error', abandon);
      };
      const refuse = (reason: FspError) => {
        settle();
        release();
        request.pause();
        reject(new UnreadBodyError(reason, Buffer.concat(chunks)));
      };
      const abandon = () => {
        settle();
        release();
        // A reset reports itself as an error after the close as well.
        request.on('error', () => undefined);
        reject(new SenderGoneError('The sender closed the connection before the end of the body'));
      };
      const finish = () => {
        settle();
        resolve({ body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks), release });
      };
      const take = (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        this.held += chunk.length;
        if (size > bodyBytes) refuse(tooLarge());
        else if (this.held > allBodiesBytes) {
          refuse(new FspError('FSP_SPOOL_UNAVAILABLE', 'Too many large bodies are arriving at once'));
        }
      };
      if (Number(request.headers['content-length'] ?? 0) > bodyBytes) refuse(tooLarge());
      else request.on('data', take).on('end', finish).on('close', abandon).on('error', abandon);
    });
  }
}
