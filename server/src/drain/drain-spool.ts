import type { Spool } from '../spool/spool.js';
import type { Quarantine } from '../quarantine/quarantine.js';
import { createDelivery } from '../delivery/delivery.js';
import { withOwnTimes } from '../delivery/own-times.js';
import type { Sink } from '../delivery/sink.js';
import type { ForgottenInSpool } from '../forget/in-spool.js';

const hourMs = 3_600_000;

export interface DrainReport {
  admitted: number;
  /** Entries that each destination took. */
  delivered: Record<string, number>;
  /** Entries that a destination refused for good, and that are in the folder's quarantine. */
  refused: number;
}

/**
 * Delivers everything that a spool holds to every sink, past the throttle: for a spool whose receiver is gone. Batches
 * that the receiver had written down go first, with their own ids, so that what it had sent already counts once. What was
 * forgotten there is left out. May be interrupted at any moment and begun again, here or by the receiver itself.
 * @param onProgress told of each step: what waits, and how much the sink furthest behind has not taken
 * @throws Error of a sink that takes nothing for `patienceMs`
 */
export async function drainSpool({
  spool,
  sinks,
  quarantine,
  forgotten,
  onProgress,
  patienceMs,
}: {
  spool: Spool;
  sinks: readonly Sink[];
  quarantine: Quarantine;
  forgotten: ForgottenInSpool;
  onProgress(waiting: number, behind: number): void;
  patienceMs: number;
}): Promise<DrainReport> {
  const report: DrainReport = {
    admitted: 0,
    delivered: Object.fromEntries(sinks.map(({ name }) => [name, 0])),
    refused: 0,
  };
  await spool.sinks.register(sinks.map(({ name }) => name));
  const now = Date.now();
  const window = spool.storedWindow() ?? {
    start: now - (now % hourMs),
    limit: 0,
    intervalMs: hourMs,
    used: 0,
    received: 0,
    rejected: 0,
  };
  for (;;) {
    const moved = await spool.admit(5_000, 'failures-first', (count) => ({ ...window, used: window.used + count }));
    if (moved === 0) break;
    window.used += moved;
    report.admitted += moved;
    onProgress(spool.stats().waiting, behind(spool, sinks));
  }
  const deliveries = sinks.map((sink) =>
    createDelivery({
      spool,
      sink: forgotten.apart(withOwnTimes(sink)),
      limits: { lingerMs: 0 },
      setAside: async (name, batch, refused) => {
        await quarantine.setAside(name, forgotten.passedOn(batch), refused);
        report.refused += refused.length;
      },
      onDelivered: ({ entries }) => {
        report.delivered[sink.name] = (report.delivered[sink.name] ?? 0) + entries.length;
      },
    }),
  );
  for (const delivery of deliveries) delivery.start();
  try {
    // Of all together: one that takes its time is waited for behind one that takes nothing.
    const owed = () => sinks.reduce((sum, { name }) => sum + spool.sinks.lag(name), 0);
    let left = owed();
    for (let since = performance.now(); left > 0;) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      const still = owed();
      if (still < left) since = performance.now();
      left = still;
      onProgress(0, behind(spool, sinks));
      if (performance.now() - since <= patienceMs) continue;
      // One that failed says why; else it is one that hangs, as a share whose server is away.
      const waitedFor = deliveries.map((one) => one.status()).filter(({ lag }) => lag > 0);
      const [failed] = [...waitedFor.filter(({ lastError }) => lastError !== null), ...waitedFor];
      if (failed !== undefined)
        throw new Error(`${failed.sink} takes nothing: ${failed.lastError?.message ?? 'it does not answer'}`);
    }
  } finally {
    await Promise.all(deliveries.map((one) => one.stop()));
  }
  forgotten.clear();
  return report;
}

function behind(spool: Spool, sinks: readonly Sink[]): number {
  return Math.max(0, ...sinks.map(({ name }) => spool.sinks.lag(name)));
}
