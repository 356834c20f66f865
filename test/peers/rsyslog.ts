// rsyslog, which most Linux machines have, following the same files into a file.
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bigLog, formats, type BigLog } from './big-logs.js';
import type { ClickHouse } from './clickhouse.js';
import type { Strength } from './peers.js';
import { has, measure, Missing, serve, until, untilSteady, type Cost, temporaryFolder } from './processes.js';
import { spread, type Section } from './results.js';

/** What a record of each log begins with, as an extended regular expression of POSIX. */
const beginnings = {
  ccm: '^<!\\\\[LOG\\\\[',
  role_setup: '^<[0-9][0-9]/[0-9][0-9]/[0-9][0-9] ',
  msi: '^(MSI \\\\(|Action |=== |Property)',
};

export async function compareRsyslog(_: ClickHouse, { records, rounds }: Strength): Promise<Section> {
  if (!has('rsyslogd', '-v')) throw new Missing('rsyslogd is not on this machine: apt-get install -y rsyslog');
  const rows: string[][] = [];
  for (const format of formats) {
    const log = bigLog(format, records);
    const costs: Cost[] = [];
    let meaning: string[] = [];
    for (let round = 0; round < rounds; round++) {
      const folder = temporaryFolder();
      try {
        const written = await follow(log, folder.path, beginnings[format]);
        costs.push(written.cost);
        meaning = meaningOf(log, written.lines);
      } finally {
        folder.remove();
      }
    }
    rows.push([
      log.name,
      spread(costs.map(({ seconds }) => log.records / seconds)),
      spread(
        costs.map(({ cpuSeconds }) => cpuSeconds),
        1,
      ),
      spread(costs.map(({ peakMegabytes }) => peakMegabytes)),
      ...meaning,
    ]);
  }
  return {
    title: 'rsyslog, from file to file',
    text: [
      'rsyslog’s `imfile` with `startmsg.regex` follows the same logs, and `omfile` writes each record on a line. Median of the rounds, with the least and the most.',
    ],
    head: ['log', 'records/s', 'CPU s', 'peak MB', 'numbered records', 'on one line each', 'with their whole text'],
    rows,
    unfair: [
      'It copies text: nothing is parsed, no time, severity, thread, code or verdict is taken from a record, and nothing is looked for afterwards but lines of a file. Its line has the time at which it was read.',
      'Nothing is flushed to disk; our rows and the Collector’s are.',
      'It does not read UTF-16: of fspMSI.log the bytes pass as they are, and no expression finds the begin of a record.',
    ],
    failed: false,
  };
}

async function follow(log: BigLog, folder: string, beginning: string) {
  const [logs, work, output] = [join(folder, 'logs'), join(folder, 'work'), join(folder, 'output.txt')];
  mkdirSync(logs);
  mkdirSync(work);
  const configuration = join(folder, 'rsyslog.conf');
  writeFileSync(
    configuration,
    `global(workDirectory="${work}" maxMessageSize="64k")
module(load="imfile")
template(name="line" type="string" string="%timegenerated:::date-rfc3339% %msg%\\n")
ruleset(name="write") { action(type="omfile" file="${output}" template="line") }
input(type="imfile" file="${join(logs, log.name)}" tag="log" startmsg.regex="${beginning}" readTimeout="2" ruleset="write")
`,
  );
  const serving = serve('rsyslogd', ['-n', '-f', configuration, '-i', join(folder, 'pid')]);
  try {
    await until('rsyslog runs', () => {
      if (serving.gone()) throw new Error(`rsyslog did not start: ${serving.output()}`);
      return existsSync(join(folder, 'pid'));
    });
    const elsewhere = join(folder, log.name);
    writeFileSync(elsewhere, log.bytes);
    const size = () => (existsSync(output) ? statSync(output).size : 0);
    const stop = measure(serving.pid);
    renameSync(elsewhere, join(logs, log.name));
    await until('rsyslog has written nearly all', () => size() >= log.bytes.length * 0.999, { withinMs: 300_000 });
    const cost = stop();
    await untilSteady('rsyslog writes no more', () => Promise.resolve(size()));
    return { cost, lines: readFileSync(output, 'latin1').split('\n') };
  } finally {
    await serving.end('SIGTERM');
  }
}

function meaningOf(log: BigLog, lines: readonly string[]): string[] {
  const found = new Map<number, string[]>();
  for (const line of lines) {
    const serial = Number(/number (\d+)/.exec(line)?.[1] ?? 0);
    if (serial > 0) found.set(serial, [...(found.get(serial) ?? []), line]);
  }
  const single = log.numbered.filter(({ serial }) => found.get(serial)?.length === 1);
  // It writes the end of a line within a record as #012, and a CR as #015.
  const whole = single.filter(({ serial, text }) =>
    found.get(serial)![0]!.replaceAll('#015', '').replaceAll('#012', '\n').replaceAll('\\n', '\n').includes(text),
  );
  return [log.numbered.length, single.length, whole.length].map(String);
}
