import { statfs } from 'node:fs/promises';
import pLimit, { type LimitFunction } from 'p-limit';

/** Of the four threads that Node has for files the spool needs one, whatever hangs. */
const mostThreads = 3;
/** How long there may be no answer before that is told. */
const silentAfterMs = 30_000;

/** How Linux numbers file systems of which the files are with others: NFS, CIFS, SMB 2, FUSE, 9P, Ceph, AFS (statfs(2)). */
const elsewhere = new Set([0x6969, 0xff534d42, 0xfe534d42, 0x65735546, 0x01021997, 0x00c36400, 0x5346414f]);

/** Whether a file is on a network share, as far as the system tells. */
export async function isElsewhere(path: string): Promise<boolean> {
  if (process.platform === 'win32') return /^[\\/]{2}[^?.]/.test(path);
  return elsewhere.has((await statfs(path)).type >>> 0);
}

/** Who may ask the file system at a time: to be shared by all that ask for followed files in a process. */
export function fileTurns(): LimitFunction {
  return pLimit(mostThreads);
}

/**
 * What one asker asks the file system, one question at a time: a network share that hangs keeps the thread that asked
 * it for as long as it hangs, and nothing ends that.
 */
export class FileQuestions {
  private readonly oneAtATime = pLimit(1);

  constructor(
    private readonly turns: LimitFunction,
    private readonly logger?: { info(message: string): void; warn(message: string): void },
  ) {}

  /** @param about the files that are asked for, for people */
  ask<T>(about: string, question: () => Promise<T>): Promise<T> {
    return this.oneAtATime(() =>
      this.turns(async () => {
        let told = false;
        const patience = setTimeout(() => {
          told = true;
          this.logger?.warn(
            `${about}: the file system does not answer; what is followed there is read on when it does`,
          );
        }, silentAfterMs).unref();
        try {
          return await question();
        } finally {
          clearTimeout(patience);
          if (told) this.logger?.info(`${about}: the file system answers again`);
        }
      }),
    );
  }
}
