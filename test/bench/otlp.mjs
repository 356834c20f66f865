// Export by OTLP from entries in memory into a receiver that discards.
import { performance } from 'node:perf_hooks';
import { createOtlpSink } from '../../server/dist/sinks/otlp.js';
import { startTelemetry } from '../../server/dist/telemetry.js';
import { describeMessage } from '../../server/dist/catalog/describe.js';
import { startScript, stop, told, median } from './processes.mjs';
import { entriesNamed } from './spools.mjs';

const entries = 5_000;

/** Rows of the results. */
export async function benchOtlp({ rounds }) {
  const collector = await startScript('discarding-collector.mjs');
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
  process.env.OTEL_METRICS_EXPORTER = process.env.OTEL_TRACES_EXPORTER = 'none';
  const who = { serviceVersion: '', instanceId: '', hostName: '' };
  const { resource } = await startTelemetry(who);
  try {
    const sink = await createOtlpSink({
      siteCode: 'PS1',
      serverName: 'FSP01',
      describe: describeMessage,
      resource,
      onRejected: () => undefined,
    });
    const batch = {
      id: '0'.repeat(32),
      createdAt: Date.now(),
      entries: Array.from({ length: entries }, (_, number) => entriesNamed(`O${number}`)).flat(),
    };
    const perSecond = [];
    const perCore = [];
    // The first is for the compiler.
    for (let round = -1; round < rounds; round++) {
      const before = process.cpuUsage();
      const begun = performance.now();
      await sink.deliver(batch, false);
      const { user, system } = process.cpuUsage(before);
      if (round < 0) continue;
      perSecond.push((batch.entries.length / (performance.now() - begun)) * 1000);
      perCore.push(batch.entries.length / ((user + system) / 1e6));
    }
    await sink.close();
    return [
      {
        key: 'otlp',
        what: 'OpenTelemetry export, records for a second of a core',
        measured: told(perCore),
        against: `${told(perSecond)} records a second, one export at a time`,
        ratio: median(perCore) / 20_000,
        target: '≥ 20,000',
      },
    ];
  } finally {
    delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
    await stop(collector);
  }
}
