import { SingleBar } from 'cli-progress';
import { type Command, Option } from 'commander';
import { FspError } from '../errors.js';
import { findFiles } from '../import/find-files.js';
import { importFiles, type ImportSummary } from '../import/import.js';
import { checkZone } from '../setup-logs/formats/zone.js';
import { refusalLines, type RefusalReason } from '../setup-logs/files/refusal.js';
import { logFormats, type LogFormat } from '../setup-logs/types.js';
import { programName, thisInvocation } from './invocation.js';
import { addConfigOptions, configOf } from './options.js';
import { openTarget } from './target.js';

/** Refusals by which nothing is lost. */
const harmless = new Set<RefusalReason>(['other_file', 'empty', 'same_text']);

interface Flags {
  format?: LogFormat;
  timezone?: string;
  hostName?: string;
}

/** `fsp import`: old logs and reports into ClickHouse, once each. */
export function registerImport(program: Command): void {
  const command = program
    .command('import')
    .argument('<path...>', 'logs, reports (.SMX files), zips of logs, and folders with everything below them')
    .description('old logs and reports (.SMX files) into ClickHouse; running it twice changes nothing')
    .addOption(new Option('--format <format>', 'do not detect the format of logs').choices([...logFormats]))
    .option('--timezone <zone>', 'zone of the machine that wrote them, for logs that tell none')
    .option('--host-name <name>', 'machine that wrote the logs (default: the name of this fallback status point)')
    .addHelpText(
      'after',
      '\nExamples:\n  fsp import /mnt/oldserver/SMS/logs --host-name OLDFSP --timezone Europe/Paris\n  fsp import statesys.box/incoming\n',
    );
  addConfigOptions(command).action(async (paths: string[], flags: Flags) => {
    if (flags.hostName?.trim() === '')
      throw new FspError(
        'FSP_USAGE',
        '--host-name is empty; name the machine that wrote the logs, or leave the option out',
      );
    const { config } = configOf(command);
    const timezone = flags.timezone ?? config.setupLogsTimezone;
    const options = {
      database: config.clickhouseDatabase,
      hostName: flags.hostName ?? config.serverName,
      timezone: timezone === '' ? null : checkZone(timezone),
      ...(flags.format === undefined ? {} : { format: flags.format }),
    };
    const found = await findFiles(paths);
    const target = await openTarget(config);
    const progress = progressBar([...found.logs, ...found.reports].reduce((total, { size }) => total + size, 0));
    try {
      await target.prepare();
      const { client, sink } = target;
      const summary = await importFiles(found, { ...options, client, sink, onBytes: progress.add });
      progress.end();
      process.stdout.write(textOf(summary));
      if (summary.failed.length > 0 || summary.refused.some(({ reason }) => !harmless.has(reason)))
        process.exitCode = 1;
    } finally {
      progress.end();
      await target.close();
    }
  });
}

function progressBar(total: number): { add(bytes: number): void; end(): void } {
  const bar = new SingleBar({
    format: '{bar} {percentage} %  {done} of {all} MB  {rate} MB/s  {eta_formatted} left',
    stream: process.stderr,
    // In a pipe or a log there is no line to rewrite.
    noTTYOutput: false,
    clearOnComplete: true,
    hideCursor: true,
  });
  const begun = performance.now();
  let done = 0;
  const figures = () => ({
    done: megabytes(done),
    all: megabytes(total),
    rate: megabytes(done / Math.max((performance.now() - begun) / 1000, 0.001)),
  });
  bar.start(Math.max(total, 1), 0, figures());
  return {
    add(bytes) {
      done += bytes;
      bar.update(done, figures());
    },
    end() {
      bar.stop();
    },
  };
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}

function textOf({ logs, reports, records, messages, runs, plain, refused, failed }: ImportSummary): string {
  const line = (what: string, { added, known }: { added: number; known: number }) =>
    added + known === 0 ? '' : `  ${what.padEnd(15)} ${added} added, ${known} already there\n`;
  return [
    `${logs} ${logs === 1 ? 'log' : 'logs'} and ${reports} ${reports === 1 ? 'report' : 'reports'} read\n`,
    line('log records', records),
    line('set-up runs', runs),
    line('state messages', messages),
    ...plain.map((path) => `  no known format: ${path}: taken as plain text, nothing in it is judged\n`),
    ...refusalLines(refused).map((line) => `  not taken: ${line}\n`),
    ...failed.map(({ path, reason }) => `  not taken: ${path}: ${reason}\n`),
    runs.added + runs.known === 0
      ? ''
      : `Their verdicts: the page Set-up logs of the console, or\n  ${programName(thisInvocation())} query "SELECT started_at, log_file, action, verdict, cause FROM setup_runs ORDER BY started_at DESC"\n`,
  ].join('');
}
