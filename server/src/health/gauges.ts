import type { Telemetry } from '../telemetry.js';
import type { Parts } from './health.js';

/** The server's gauges: read when the SDK collects them. */
export function observe(
  { meter }: Telemetry,
  {
    spool,
    deliveries,
    quarantine,
    disks,
    names,
  }: Pick<Parts, 'spool' | 'deliveries' | 'quarantine' | 'disks' | 'names'>,
): void {
  meter
    .createObservableGauge('fsp.spool.messages', { description: 'Messages that wait for the throttle' })
    .addCallback((result) => {
      result.observe(spool.stats().waiting);
    });
  meter
    .createObservableGauge('fsp.spool.oldest_age', { description: 'Age of the message that waits longest', unit: 's' })
    .addCallback((result) => {
      const { oldestWaitingAt } = spool.stats();
      result.observe(oldestWaitingAt === null ? 0 : (Date.now() - oldestWaitingAt) / 1000);
    });
  meter
    .createObservableGauge('fsp.spool.damaged', { description: 'What damage to the spool has cost, by kind' })
    .addCallback((result) => {
      const { pieces, messages, entries } = spool.stats().damage;
      for (const [kind, count] of Object.entries({ pieces, messages, entries }))
        result.observe(count, { 'fsp.damage.kind': kind });
    });
  meter
    .createObservableGauge('fsp.sink.lag', { description: 'Entries that a sink has not yet taken' })
    .addCallback((result) => {
      for (const delivery of deliveries) {
        const { sink, lag } = delivery.status();
        result.observe(lag, { 'fsp.sink': sink });
      }
    });
  meter
    .createObservableGauge('fsp.quarantine.entries', {
      description: 'Entries that a sink refuses for good and that were set aside',
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
