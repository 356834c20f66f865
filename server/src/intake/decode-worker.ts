/** A thread that decodes reports, one after the other, for the pool in decoder.ts. */
import { getPriority, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { FspError, type ErrorCode } from '../errors.js';
import { decoded, type DecodedReport } from './accept.js';

/** A body that a thread decodes; it goes there and comes back without being copied. */
export interface Task {
  body: Uint8Array<ArrayBuffer>;
}

export type Outcome = { body: Uint8Array<ArrayBuffer> } & (
  { report: DecodedReport } | { refused: { code: ErrorCode; message: string } } | { failed: string }
);

// On Linux a priority is a thread's own: whoever decodes gives way to whoever answers.
if (process.platform === 'linux') setPriority(Math.min(19, getPriority() + 10));

parentPort?.on('message', ({ body }: Task) => {
  parentPort?.postMessage({ body, ...outcomeOf(body) }, [body.buffer]);
});

function outcomeOf(body: Uint8Array) {
  try {
    return { report: decoded(body) };
  } catch (error) {
    if (error instanceof FspError) return { refused: { code: error.code, message: error.message } };
    return { failed: (error as Error).stack ?? String(error) };
  }
}
