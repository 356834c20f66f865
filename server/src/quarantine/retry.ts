import { withOwnTimes } from '../delivery/own-times.js';
import type { Sink } from '../delivery/sink.js';
import { batchOf, type Quarantine } from './quarantine.js';

export interface RetryResult {
  id: string;
  delivered: boolean;
  /** Why it was not, else ''. */
  reason: string;
}

/**
 * Sends quarantined entries again, each to the sink that refused it and each alone: after an upgrade, or when a limit of
 * the sink was raised. What is taken leaves the quarantine; what is refused again stays, with the new reason in the answer.
 * @throws FspError FSP_NOT_FOUND where one is not there: none is sent then
 */
export async function retryQuarantined(
  quarantine: Quarantine,
  sinks: readonly Sink[],
  ids: readonly string[],
): Promise<RetryResult[]> {
  quarantine.requireAll(ids);
  const results: RetryResult[] = [];
  for (const id of new Set(ids)) {
    try {
      const kept = await quarantine.read(id);
      const sink = sinks.find((one) => one.name === kept.sink);
      if (sink === undefined) {
        results.push({ id, delivered: false, reason: `Its destination ${kept.sink} is not configured` });
        continue;
      }
      // As a redelivery: an earlier retry may have got through unseen.
      await sink.ready?.();
      const [refused] = await withOwnTimes(sink).deliver(batchOf(kept), true);
      if (refused === undefined) await quarantine.drop([id]);
      results.push({ id, delivered: refused === undefined, reason: refused?.reason ?? '' });
    } catch (error) {
      results.push({ id, delivered: false, reason: (error as Error).message });
    }
  }
  return results;
}
