import { mostApartMs, programWrittenAt } from '../clock.js';
import type { Batch, SpoolEntry } from '../spool/entries.js';
import type { Sink } from './sink.js';

/**
 * A sink whose batches say of themselves what can be. A time that this receiver gave by a clock that was set since is
 * told by the clock of now, and a batch that was written down long ago is of now. Else ClickHouse would delete rows as
 * they come, or keep them as the newest for ever.
 */
export function withOwnTimes(sink: Sink): Sink {
  const leaps = new Leaps();
  return {
    ...sink,
    ready: async () => {
      leaps.look();
      await sink.ready?.();
    },
    ...(sink.prepare === undefined ? {} : { prepare: (batch) => sink.prepare!(atOwnTimes(batch, leaps)) }),
    deliver: (batch, redelivery) => sink.deliver(atOwnTimes(batch, leaps), redelivery),
  };
}

/** How our clock was set while this process ran, by days. What was before is not known: a restart forgets. */
class Leaps {
  private readonly all: { from: number; to: number; byMs: number }[] = [];
  /** Our clock less the time since the process began. */
  private base = Date.now() - performance.now();
  private since = this.base;

  look(): void {
    const now = Date.now();
    const byMs = now - performance.now() - this.base;
    if (Math.abs(byMs) <= mostApartMs) return;
    this.all.push({ from: this.since, to: now - byMs, byMs });
    this.base += byMs;
    this.since = now;
  }

  /** A time that the clock gave, by the clock as it is now. */
  corrected(at: number): number {
    const first = this.all.findIndex(({ from, to }) => at >= from && at <= to);
    return first === -1 ? at : this.all.slice(first).reduce((time, { byMs }) => time + byMs, at);
  }
}

/** The batch itself where nothing is wrong. */
function atOwnTimes(batch: Batch, leaps: Leaps): Batch {
  leaps.look();
  const now = Date.now();
  const createdAt = Math.abs(now - batch.createdAt) > mostApartMs ? now : batch.createdAt;
  const right = (given: number) => {
    const at = leaps.corrected(given);
    return at < programWrittenAt || at > createdAt + mostApartMs ? createdAt : at;
  };
  let changed = createdAt !== batch.createdAt;
  const entries = batch.entries.map((entry) => {
    const kept = atRightTime(entry, right);
    changed ||= kept !== entry;
    return kept;
  });
  return changed ? { ...batch, createdAt, entries } : batch;
}

function atRightTime(entry: SpoolEntry, right: (at: number) => number): SpoolEntry {
  switch (entry.kind) {
    case 'state_message':
    case 'rejected_message': {
      const receivedAt = right(entry.receivedAt);
      return receivedAt === entry.receivedAt ? entry : { ...entry, receivedAt };
    }
    case 'throttle_window':
    case 'setup_run': {
      const updatedAt = right(entry.updatedAt);
      return updatedAt === entry.updatedAt ? entry : { ...entry, updatedAt };
    }
    case 'receiver_status': {
      const at = right(entry.at);
      return at === entry.at ? entry : { ...entry, at };
    }
    default:
      return entry;
  }
}
