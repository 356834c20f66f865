import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { FspError } from '../errors.js';
import type { Given } from '../setup-logs/files/collect.js';

/** What stands for standard input where a file is named. */
export const standardInput = '-';

/** More than this is a file that should be named, so that it need not be held in memory. */
const mostBytes = 512 * 1024 * 1024;

/**
 * Everything on standard input.
 * @throws FspError FSP_USAGE where a person sits at it, or where it does not end
 */
export async function readStandardInput(hint: string): Promise<Buffer> {
  if (process.stdin.isTTY) throw new FspError('FSP_USAGE', `Nothing is on standard input; ${hint}`);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes)
      throw new FspError(
        'FSP_USAGE',
        `Standard input is longer than ${mostBytes / 1024 ** 2} MiB; name the file instead`,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Standard input as a file that somebody named; its bytes can be read again. */
export function givenOnStandardInput(bytes: Buffer): Given {
  return {
    path: standardInput,
    modifiedAt: Date.now(),
    named: true,
    source: { size: bytes.length, read: (at, length) => Promise.resolve(bytes.subarray(at, at + length)) },
  };
}

/**
 * What a file has that was named, or standard input for `-`. A FIFO without a writer would hold the command for
 * ever, and a device may have no end: neither is read.
 * @param hint what to do where nothing is on standard input
 * @throws FspError FSP_USAGE
 */
export async function readNamed(file: string, { what, hint }: { what: string; hint: string }): Promise<Buffer> {
  if (file === standardInput) return readStandardInput(hint);
  const cannot = (reason: string, cause?: unknown) =>
    new FspError('FSP_USAGE', `The ${what} ${file} cannot be read: ${reason}`, { cause });
  // Windows has no such flag, nor FIFOs among its files.
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((error: unknown) => {
    throw cannot((error as Error).message, error);
  });
  try {
    const stats = await handle.stat();
    if (!stats.isFile())
      throw cannot(`it is ${stats.isDirectory() ? 'a folder' : 'no file'}; name a file, or - and pipe it in`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}
