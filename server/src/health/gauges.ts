import type { Telemetry } from '../telemetry.js';
import type { Parts } from './health.js';

/** Of messages that tell a failure, and of the others. */
export const failed = { 'configmgr.outcome': 'failed' };
export const notFailed = { 'configmgr.outcome': 'other' };

/** In seconds; a clock that was set back makes no message younger than it is new. */
function ageOf(since: number | null): number {
  return since === null ? 0 : Math.max(0, Date.now() - since) / 1000;
}

/** The server's gauges: read when the SDK collects them. */
export function observe(
  { meter }: Telemetry,
  {
    spool,
    throttle,
    deliveries,
    quarantine,
    disks,
    names,
  }: Pick<Parts, 'spool' | 'throttle' | 'deliveries' | 'quarantine' | 'disks' | 'names'>,
): void {
  meter
    .createObservableUpDownCounter('fsp.spool.messages', {
      description: 'Messages that wait for the throttle, by whether they tell a failure',
      unit: '{message}',
    })
    .addCallback((result) => {
      const { waiting, waitingFailed } = spool.stats();
      result.observe(waitingFailed, failed);
      result.observe(waiting - waitingFailed, notFailed);
    });
  meter
    .createObservableGauge('fsp.spool.oldest_age', {
      description: 'Age of the message that waits longest for the throttle, by whether it tells a failure',
      unit: 's',
    })
    .addCallback((result) => {
      const { oldestWaiting } = spool.stats();
      result.observe(ageOf(oldestWaiting.failed), failed);
      result.observe(ageOf(oldestWaiting.other), notFailed);
    });
  meter
    .createObservableUpDownCounter('fsp.throttle.limit', {
      description: 'Messages that may pass in the running throttle interval',
      unit: '{message}',
    })
    .addCallback((result) => {
      result.observe(throttle.status().messageLimit);
    });
  meter
    .createObservableUpDownCounter('fsp.throttle.used', {
      description: 'Messages that have passed in the running throttle interval',
      unit: '{message}',
    })
    .addCallback((result) => {
      result.observe(throttle.status().used);
    });
  meter
    .createObservableUpDownCounter('fsp.spool.damaged', {
      description: 'What damage to the spool has cost, by kind',
      unit: '{item}',
    })
    .addCallback((result) => {
      const { pieces, messages, entries } = spool.stats().damage;
      for (const [kind, count] of Object.entries({ pieces, messages, entries }))
        result.observe(count, { 'fsp.damage.kind': kind });
    });
  meter
    .createObservableUpDownCounter('fsp.sink.lag', {
      description: 'Admitted entries that a sink has not yet taken',
      unit: '{entry}',
    })
    .addCallback((result) => {
      for (const delivery of deliveries) {
        const { sink, lag } = delivery.status();
        result.observe(lag, { 'fsp.sink': sink });
      }
    });
  meter
    .createObservableCounter('fsp.sink.dropped', {
      description: 'Entries that were given up because a sink was away for too long',
      unit: '{entry}',
    })
    .addCallback((result) => {
      for (const delivery of deliveries) {
        const { sink, dropped } = delivery.status();
        result.observe(dropped, { 'fsp.sink': sink });
      }
    });
  meter
    .createObservableUpDownCounter('fsp.quarantine.entries', {
      description: 'Entries that a sink refuses for good and that were set aside',
      unit: '{entry}',
    })
    .addCallback((result) => {
      for (const delivery of deliveries) {
        const { sink } = delivery.status();
        result.observe(quarantine.count(sink), { 'fsp.sink': sink });
      }
    });
  meter
    .createObservableGauge('fsp.disk.bytes', { description: 'Room on disks, by disk and kind', unit: 'By' })
    .addCallback((result) => {
      const use = disks.figures;
      const values: [disk: string, kind: string, bytes: number][] = [
        ['data', 'total', use.totalBytes],
        ['data', 'free', use.freeBytes],
        ['data', 'spool', use.spoolBytes],
        ['data', 'quarantine', use.quarantineBytes],
        ['clickhouse', 'total', use.clickhouseTotalBytes],
        ['clickhouse', 'free', use.clickhouseFreeBytes],
        ['clickhouse', 'database', use.databaseBytes],
      ];
      for (const [disk, kind, bytes] of values) result.observe(bytes, { 'fsp.disk': disk, 'fsp.disk.kind': kind });
    });
  meter
    .createObservableGauge('fsp.receiver.same_name', { description: 'Other receivers that run under this name' })
    .addCallback((result) => {
      result.observe(names.twins.length);
    });
}
