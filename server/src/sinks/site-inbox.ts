import { open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sink } from '../delivery/sink.js';
import { FspError } from '../errors.js';
import { carriesReport } from '../spool/carrier.js';
import type { StateMessageEntry } from '../spool/entries.js';

/** Reports in one batch: after a crash a batch comes again, and the site may have taken its files by then. */
const reportsPerBatch = 50;

/**
 * Admitted reports as files for the site server's state system, so that a company that replaces Microsoft's fallback
 * status point keeps its console: byte for byte as they came, `.SMX` in `inboxes/auth/statesys.box/incoming`, written
 * beside and then renamed, so that the site never sees half of one. A report goes with the message that carries it.
 */
export function createSiteInboxSink(folder: string): Sink {
  // A batch that failed in the middle goes on there: the site may have taken its files, and where there is room for
  // some alone it would get those over and over, and never the others.
  let reached = { batchId: '', entries: 0 };
  return {
    name: 'site-inbox',
    limits: { maxEntries: reportsPerBatch },
    async deliver(batch) {
      // Not made where it is missing: a share that is away must not become a folder of this machine.
      const stats = await stat(folder).catch((cause: unknown) => {
        throw failed(folder, cause);
      });
      if (!stats.isDirectory()) throw failed(folder, new Error('it is no folder'));
      if (reached.batchId !== batch.id) reached = { batchId: batch.id, entries: 0 };
      for (const entry of batch.entries.slice(reached.entries)) {
        if (entry.kind === 'state_message' && carriesReport(entry)) await writeReport(folder, entry);
        reached.entries++;
      }
      return [];
    },
    close: () => Promise.resolve(),
  };
}

async function writeReport(folder: string, { messageId, raw }: StateMessageEntry): Promise<void> {
  // The name comes from the message, so that a repetition replaces the file where the site has not taken it yet.
  const path = join(folder, `FSP${messageId.slice(0, 24)}.SMX`);
  const beside = `${path}.tmp`;
  try {
    const file = await open(beside, 'w', 0o640);
    try {
      await file.writeFile(raw);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw failed(folder, cause);
  }
}

function failed(folder: string, cause: unknown): FspError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new FspError(
    'FSP_SITE_INBOX_FAILED',
    `The site's inbox ${folder} takes no files (${code ?? message}); check that the share is there, writable and not full`,
    { cause },
  );
}
