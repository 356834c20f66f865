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
 * What somebody else sends at this moment is left to them: not every destination knows a record that comes twice.
 */
export class QuarantineRetries {
  private readonly underWay = new Set<string>();

  constructor(
    private readonly quarantine: Quarantine,
    private readonly sinks: readonly Sink[],
  ) {}

  /** @throws FspError FSP_NOT_FOUND where one of the entries is not there: none is sent then */
  async send(ids: readonly string[]): Promise<RetryResult[]> {
    this.quarantine.requireAll(ids);
    const results: RetryResult[] = [];
    for (const id of new Set(ids)) results.push({ id, ...(await this.sendOne(id)) });
    return results;
  }

  private async sendOne(id: string): Promise<Omit<RetryResult, 'id'>> {
    if (this.underWay.has(id)) return kept('It is being sent already');
    if (!this.quarantine.has(id)) return kept('It is in quarantine no more: it was sent or dropped meanwhile');
    this.underWay.add(id);
    try {
      const entry = await this.quarantine.read(id);
      const sink = this.sinks.find((one) => one.name === entry.sink);
      if (sink === undefined) return kept(`Its destination ${entry.sink} is not configured`);
      // As a redelivery: an earlier retry may have got through unseen.
      await sink.ready?.();
      const [refused] = await withOwnTimes(sink).deliver(batchOf(entry), true);
      if (refused !== undefined) return kept(refused.reason);
      await this.quarantine.drop([id]);
      return { delivered: true, reason: '' };
    } catch (error) {
      return kept((error as Error).message);
    } finally {
      this.underWay.delete(id);
    }
  }
}

function kept(reason: string): Omit<RetryResult, 'id'> {
  return { delivered: false, reason };
}
