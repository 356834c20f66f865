import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Refused, Sink } from '../delivery/sink.js';
import { syncFolder, writeWhole } from '../disk/whole-file.js';
import { FspError } from '../errors.js';
import { carriesReport } from '../spool/carrier.js';
import type { StateMessageEntry } from '../spool/entries.js';

/** Reports in one batch: after a crash a batch comes again, and the site may have taken its files by then. */
const reportsPerBatch = 50;
/** So often a report is tried that the folder does not take, while it takes others. */
const mostTries = 5;
/** The site takes its files as another user, of the folder's group. */
const siteReads = 0o640;
/** A small file says nothing of the room for a large one. */
const wantOfRoom = new Set(['ENOSPC', 'EDQUOT']);

/** How far a batch got. */
interface Reached {
  batchId: string;
  entries: number;
  /** How often the next entry was tried. */
  tries: number;
  refused: Refused[];
}

/**
 * Admitted reports as files for the site server's state system, so that a company that replaces Microsoft's fallback
 * status point keeps its console: byte for byte as they came, `.SMX` in `inboxes/auth/statesys.box/incoming`, written
 * beside and then renamed, so that the site never sees half of one. A report goes with the message that carries it.
 *
 * Anybody may send a report that a virus scanner of the site server takes for one: where the folder does not take a file
 * and takes another in the same moment, it is the report that is refused.
 */
export function createSiteInboxSink(folder: string): Sink {
  // A batch that failed in the middle goes on there: the site may have taken its files, and where there is room for
  // some alone it would get those over and over, and never the others.
  let last: Reached = { batchId: '', entries: 0, tries: 0, refused: [] };
  return {
    name: 'site-inbox',
    limits: { maxEntries: reportsPerBatch },
    async deliver(batch) {
      // Not made where it is missing: a share that is away must not become a folder of this machine.
      const stats = await stat(folder).catch((cause: unknown) => {
        throw failed(folder, cause);
      });
      if (!stats.isDirectory()) throw failed(folder, new Error('it is no folder'));
      // What is sent again from quarantine, as a batch that is known to its end, is tried anew.
      if (last.batchId !== batch.id || last.entries === batch.entries.length)
        last = { batchId: batch.id, entries: 0, tries: 0, refused: [] };
      // What is in quarantine may be sent at the same time.
      const reached = last;
      for (const [index, entry] of batch.entries.entries()) {
        if (index < reached.entries) continue;
        if (entry.kind === 'state_message' && carriesReport(entry)) {
          try {
            await writeReport(folder, entry);
          } catch (cause) {
            reached.tries++;
            if (reached.tries < mostTries || !(await isRefusedAlone(folder, entry, cause))) throw failed(folder, cause);
            const { code = '', message } = cause as NodeJS.ErrnoException;
            const reason = `The site's inbox takes other files, and not this report (${code === '' ? message : code}): a virus scanner may object to it, or something else has its name`;
            reached.refused.push({ index, code, reason });
          }
        }
        reached.tries = 0;
        reached.entries = index + 1;
      }
      // A share may know no such thing, and need none.
      await syncFolder(folder).catch(() => undefined);
      return reached.refused;
    },
    close: () => Promise.resolve(),
  };
}

function writeReport(folder: string, { messageId, raw }: StateMessageEntry): Promise<void> {
  // The name comes from the message, so that a repetition replaces the file where the site has not taken it yet.
  return writeWhole(join(folder, `FSP${messageId.slice(0, 24)}.SMX`), raw, siteReads);
}

/** Whether a folder that did not take a report takes a file that nobody can object to, and that report still not. */
async function isRefusedAlone(folder: string, entry: StateMessageEntry, cause: unknown): Promise<boolean> {
  if (wantOfRoom.has((cause as NodeJS.ErrnoException).code ?? '')) return false;
  // Of a name that the site does not look for.
  const path = join(folder, 'FSP-try');
  try {
    await writeWhole(path, 'The fallback status point tries whether it may write here\n', siteReads);
    await rm(path);
  } catch {
    return false;
  }
  // The folder may have come back in between.
  return writeReport(folder, entry).then(
    () => false,
    () => true,
  );
}

function failed(folder: string, cause: unknown): FspError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new FspError(
    'FSP_SITE_INBOX_FAILED',
    `The site's inbox ${folder} takes no files (${code ?? message}); check that the share is there, writable and not full`,
    { cause },
  );
}
