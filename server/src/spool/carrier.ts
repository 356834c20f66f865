import type { StateMessageEntry } from './entries.js';

const none = new Uint8Array();

/**
 * The messages of a report that were not known before, with the one marked that its bytes are passed on with: its first
 * failure, which overtakes the others at the throttle, or else the first. Not simply the report's first message: a client
 * that got no answer says that one again, together with what is new.
 * @param fresh those of `entries` that were not known before
 * @param entries all messages of the report; its first has its bytes
 */
export function withCarrier(
  fresh: readonly StateMessageEntry[],
  entries: readonly StateMessageEntry[],
): readonly StateMessageEntry[] {
  const carrier = fresh.find(({ failed }) => failed) ?? fresh[0];
  if (carrier === undefined || (carrier.reportIndex === 0 && fresh.length === 1)) return fresh;
  // Of a large report one message alone has the bytes.
  const everywhere = carrier.reportIndex === 0 || carrier.raw.length > 0;
  return fresh.map((entry) => {
    const carriesReport = entry === carrier;
    if (carriesReport === carriesByPlace(entry)) return entry;
    if (everywhere) return { ...entry, carriesReport };
    return { ...entry, carriesReport, raw: carriesReport ? entries[0]!.raw : none };
  });
}

/** Whether a report's bytes are passed on with this message. */
export function carriesReport(entry: StateMessageEntry): boolean {
  return entry.carriesReport ?? carriesByPlace(entry);
}

function carriesByPlace({ reportIndex }: StateMessageEntry): boolean {
  return reportIndex === 0;
}
