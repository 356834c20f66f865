import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { version } from '../../server/src/version.js';
import { startClickHouse, type ClickHouse } from './clickhouse.js';
import { buildCollector, collectorModules } from './collector.js';
import { compareIntake, compareIntakeLosses } from './intake.js';
import { compareLosses } from './losses.js';
import { compareOtlp } from './otlp.js';
import { has, Missing } from './processes.js';
import { keepSection, writeResults, type Section } from './results.js';
import { compareRsyslog } from './rsyslog.js';
import { compareParsers, compareSetUpLogs } from './set-up-logs.js';

export interface Strength {
  /** Small inputs, one round: to see that it works. */
  quick: boolean;
  /** Numbered records in each of the generated logs. */
  records: number;
  rounds: number;
}

/** In the order of the results. */
const parts: Record<string, (clickhouse: ClickHouse, strength: Strength) => Promise<Section>> = {
  otlp: compareOtlp,
  logs: compareSetUpLogs,
  parsers: compareParsers,
  losses: compareLosses,
  intake: compareIntake,
  killed: compareIntakeLosses,
  rsyslog: compareRsyslog,
};

/** Runs the parts that are named, or all. @returns the exit code */
export async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      records: { type: 'string', default: '250000' },
      rounds: { type: 'string', default: '3' },
    },
  });
  const strength: Strength = values.quick
    ? { quick: true, records: 5_000, rounds: 1 }
    : { quick: false, records: Number(values.records), rounds: Number(values.rounds) };
  const unknown = positionals.filter((name) => !(name in parts));
  if (unknown.length > 0) {
    console.error(`No part ${unknown.join(', ')}; there are: ${Object.keys(parts).join(', ')}`);
    return 2;
  }
  try {
    await buildCollector();
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    console.error(error.message);
    return 1;
  }
  const clickhouse = await startClickHouse();
  let failed = false;
  try {
    for (const [name, compare] of Object.entries(parts)) {
      if (positionals.length > 0 && !positionals.includes(name)) continue;
      console.error(`${new Date().toTimeString().slice(0, 8)} ${name}`);
      const section = await compare(clickhouse, strength).catch((error: unknown) => {
        if (!(error instanceof Missing)) throw error;
        console.error(error.message);
        return null;
      });
      failed ||= section?.failed ?? true;
      if (section === null) continue;
      console.log(JSON.stringify(section, null, 2));
      if (strength.quick) continue;
      keepSection(name, section);
      await writeResults(Object.keys(parts), versionsOf(clickhouse));
    }
  } finally {
    await clickhouse.close();
  }
  return failed ? 1 : 0;
}

function versionsOf(clickhouse: ClickHouse): Record<string, string> {
  const said = (program: string, args: string[]) => spawnSync(program, args, { encoding: 'utf8' }).stdout.trim();
  return {
    'fallback-status-point': `${version} on Node ${process.versions.node}`,
    ClickHouse: `${clickhouse.version}, the embedded engine`,
    'OpenTelemetry Collector': collectorModules()
      .map((module) => module.replace(/^.*\//, ''))
      .join(', '),
    rsyslog: has('rsyslogd', '-v')
      ? said('rsyslogd', ['-v']).replace(/^rsyslogd\s+(\S+)[^]*$/, '$1')
      : 'not on this machine',
    Go: said('go', ['version']).replace(/^go version go(\S+).*$/, '$1'),
  };
}
