import type { SpoolEntry } from './entries.js';
import type { Admission, AdmittedPart, Journal } from './journal.js';
import type { MessageRef } from './report-index.js';
import type { Reports } from './reports.js';
import type { Place } from './state.js';

type Piece = { refs: MessageRef[] } | { inline: AdmittedPart[] };

/** What a sink is given next: where its entries are, and the place behind them. */
export interface Selection {
  pieces: Piece[];
  count: number;
  bytes: number;
  to: Place;
}

/** The admitted log, as the journal tells it: messages of the lanes, and entries that stand in the journal itself. */
export class Admitted {
  constructor(
    private readonly journal: Journal,
    private readonly reports: Reports,
  ) {}

  /**
   * Entries from one place on up to another, at most so many, or so many bytes and one more; found without being read.
   * Where the journal is damaged, the messages that were admitted there are known by those that were before and after.
   */
  async select(from: Place, end: Place, { max, maxBytes }: { max: number; maxBytes: number }): Promise<Selection> {
    const found: Selection = { pieces: [], count: 0, bytes: 0, to: from };
    while (found.to.position < end.position && found.count < max && found.bytes < maxBytes) {
      const admission = await this.journal.after(found.to.position);
      const next = admission === null || admission.from.position > end.position ? end : admission.from;
      if (admission === null || next.position > found.to.position)
        await this.selectMessages(found, next, false, { max, maxBytes });
      else if (admission.inline) this.selectInline(found, admission, end, max);
      else await this.selectMessages(found, nearer(admission.to, end), admission.arrival, { max, maxBytes });
    }
    return found;
  }

  /** The entries themselves; what cannot be read any more was told of, and is left out. */
  async read({ pieces }: Selection): Promise<SpoolEntry[]> {
    const entries: SpoolEntry[] = [];
    for (const piece of pieces) {
      const some = 'refs' in piece ? await this.reports.read(piece.refs) : await this.journal.read(piece.inline);
      // One by one: a batch may have more than an argument list takes.
      for (const entry of some) entries.push(entry);
    }
    return entries;
  }

  private async selectMessages(
    found: Selection,
    to: Place,
    arrival: boolean,
    { max, maxBytes }: { max: number; maxBytes: number },
  ): Promise<void> {
    const { refs, next, bytes } = await this.reports.take(found.to, to, {
      arrival,
      max: max - found.count,
      maxBytes: maxBytes - found.bytes,
    });
    const last = found.pieces.at(-1);
    if (last !== undefined && 'refs' in last) for (const ref of refs) last.refs.push(ref);
    else if (refs.length > 0) found.pieces.push({ refs });
    found.count += refs.length;
    found.bytes += bytes;
    const passed = next.failed - found.to.failed + next.other - found.to.other;
    const through = next.failed >= to.failed && next.other >= to.other;
    found.to = through ? to : { position: Math.min(found.to.position + passed, to.position - 1), ...next };
  }

  private selectInline(found: Selection, admission: Admission, end: Place, max: number): void {
    const from = found.to.position - admission.from.position;
    const all = admission.to.position - admission.from.position;
    const count = Math.min(all - from, max - found.count, end.position - found.to.position);
    const last = found.pieces.at(-1);
    if (last !== undefined && 'inline' in last) last.inline.push({ admission, from, count });
    else found.pieces.push({ inline: [{ admission, from, count }] });
    found.count += count;
    found.bytes += Math.ceil((admission.length * count) / all);
    found.to = { ...found.to, position: found.to.position + count };
  }
}

function nearer(to: Place, end: Place): Place {
  return to.position <= end.position ? to : end;
}
