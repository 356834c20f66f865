import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { type Command, Option } from 'commander';
import { FspError } from '../errors.js';
import { recordEntry, runEntry } from '../setup-logs/entries.js';
import { FileThreads } from '../setup-logs/follow/file-threads.js';
import { Follower } from '../setup-logs/follow/follower.js';
import { runId } from '../setup-logs/identity.js';
import { collect } from '../setup-logs/files/collect.js';
import { joinRotated } from '../setup-logs/files/names.js';
import { filesOnDisk } from '../setup-logs/files/on-disk.js';
import type { FoundRun, PlacedRecord } from '../setup-logs/files/places.js';
import { mergeLogs } from '../setup-logs/files/read-log.js';
import { refusalLines, FileRefused } from '../setup-logs/files/refusal.js';
import { checkZone } from '../setup-logs/formats/zone.js';
import { logFormats, type LogFormat, type LogRecord, type Run } from '../setup-logs/types.js';
import { joinStories } from '../setup-logs/verdict/story.js';
import { setupLogRecordRow, setupRunRow } from '../sinks/clickhouse-rows.js';
import { stopSignals } from './stop-signals.js';
import { LogTable } from './log-table.js';
import { givenOnStandardInput, readStandardInput, standardInput } from './standard-input.js';

interface Flags {
  format?: LogFormat;
  timezone?: string;
  json?: true;
  errors?: true;
  follow?: true;
}

/** `fsp parse`: a log in any of the four formats, readable, with the verdict at the end. */
export function registerParse(program: Command): void {
  program
    .command('parse')
    .argument(
      '<path...>',
      'logs in any of the formats, zips and folders of them; several are merged by time; - is standard input',
    )
    .description('reads set-up logs and any other log of Configuration Manager, and judges installations')
    .addOption(new Option('--format <format>', 'do not detect the format').choices([...logFormats]))
    .option('--timezone <zone>', 'zone of the machine that wrote them, for logs that tell none: Europe/Paris')
    .option('--json', 'NDJSON, as in a pipe: records, then runs')
    .option('--errors', 'only errors, and records with an error code')
    .option('--follow', 'go on as the files grow, until Ctrl+C')
    .addHelpText(
      'after',
      `
Times end in Z where they are UTC; otherwise the log tells no zone, and --timezone helps.
Of a zip and a folder, what is called like a log is read; a log that was rotated is read as one, and a text once.
Exit code: 0 the last run succeeded, 1 it failed, 2 wrong usage, 3 unfinished, or no run at all.

Examples:
  fsp parse fspMSI.log
  fsp parse --timezone Europe/Paris SMSFSPSetup.log fspMSI.log
  fsp parse --errors ccmsetup.log
  fsp parse Logs.zip
  gzip -dc ccmsetup.log.gz | fsp parse -
  fsp parse --follow 'C:\\SMS\\logs\\fspMSI.log'
  fsp parse ccmsetup.log | jq -r 'select(.error_code != "") | .message'
`,
    )
    .action(async (files: string[], flags: Flags) => {
      const output = flags.json || !process.stdout.isTTY ? new JsonOutput() : new TableOutput();
      process.exitCode = flags.follow ? await follow(files, flags, output) : await parse(files, flags, output);
    });
}

async function parse(paths: string[], flags: Flags, output: Output): Promise<number> {
  const given = await filesOnDisk(paths.filter((path) => path !== standardInput));
  if (paths.includes(standardInput))
    given.push(givenOnStandardInput(await readStandardInput('pipe a log into it, or name a file')));
  const { files, refused } = await collect(given);
  for (const line of refusalLines(refused)) say(line);
  if (files.length === 0 && refused.some(({ reason }) => reason !== 'empty'))
    throw new FspError('FSP_LOG_UNREADABLE', `There is no log to read in ${paths.join(', ')}`);
  const logs = joinRotated(files);
  output.begin(files.length);
  const runs = new Set<FoundRun>();
  try {
    for await (const records of mergeLogs(logs, optionsOf(flags))) {
      for (const { found } of records) if (found !== null) runs.add(found);
      await write(output.records(records.filter(({ record }) => wanted(record, flags))));
    }
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    throw new FspError('FSP_LOG_UNREADABLE', `${error.refusal.path}: ${error.message}`, { cause: error });
  }
  return conclude([...runs], output);
}

async function follow(files: string[], flags: Flags, output: Output): Promise<number> {
  if (flags.format !== undefined)
    throw new FspError('FSP_USAGE', '--format cannot be given with --follow; it is detected');
  if (files.includes(standardInput))
    throw new FspError('FSP_USAGE', '--follow needs files; standard input has no name under which it could grow');
  const runs = new Map<Run, FoundRun>();
  output.begin(files.length);
  const threads = new FileThreads();
  const follower = new Follower({
    targets: files,
    timezone: optionsOf(flags).timezone,
    positions: [],
    async store({ records, position: { logFile: path } }) {
      for (const { run } of records) if (run !== null) runs.set(run, { path, run });
      const placed = records.filter((record) => wanted(record, flags)).map((record) => ({ path, record, found: null }));
      await write(output.records(placed));
    },
    forget: () => Promise.resolve(),
    logger: { info: say, warn: say },
    pollMs: 500,
    threads,
  });
  for (const file of files.filter((one) => !existsSync(one))) say(`${file} is not there yet; it is waited for`);
  follower.start();
  await Promise.race(stopSignals.map((signal) => once(process, signal)));
  await follower.stop();
  await threads.close();
  return conclude([...runs.values()], output);
}

function say(message: string): void {
  process.stderr.write(`fsp: ${message}\n`);
}

function optionsOf(flags: Flags): { format?: LogFormat; timezone: string | null } {
  return {
    timezone: flags.timezone === undefined ? null : checkZone(flags.timezone),
    ...(flags.format === undefined ? {} : { format: flags.format }),
  };
}

function wanted(record: LogRecord, { errors }: Flags): boolean {
  return !errors || record.severity === 'ERROR' || record.severity === 'FATAL' || record.codes.length > 0;
}

async function conclude(found: FoundRun[], output: Output): Promise<number> {
  const located = found.map(({ path, run }) => ({
    id: runId({ hostName: hostname(), logFile: path }, run),
    logFile: path,
    run,
  }));
  const installations = joinStories(located);
  // Of one installation the role's set-up has the last word; runs without a time stand in the order of the files.
  const ordered = located
    .map((one) => ({ ...one, installationId: installations.get(one.id) ?? one.id }))
    .sort(
      (a, b) =>
        (a.run.startedAt ?? 0) - (b.run.startedAt ?? 0) ||
        Number(a.id === a.installationId) - Number(b.id === b.installationId),
    );
  const last = ordered.findLast(({ id, installationId }) => id === installationId) ?? null;
  await write(output.runs(ordered, last));
  if (last === null || last.run.verdict === 'unfinished') return 3;
  return last.run.verdict === 'failed' ? 1 : 0;
}

interface JudgedRun {
  id: string;
  installationId: string;
  logFile: string;
  run: Run;
}

interface Output {
  /** @param files how many files there are */
  begin(files: number): void;
  records(records: readonly PlacedRecord[]): string;
  runs(runs: readonly JudgedRun[], last: JudgedRun | null): string;
}

class JsonOutput implements Output {
  begin(): void {
    // Each row names its file.
  }

  records(records: readonly PlacedRecord[]): string {
    return records
      .map(({ path, record }) => {
        const row = setupLogRecordRow(recordEntry({ hostName: hostname(), logFile: path }, record, 0));
        return `${JSON.stringify({ kind: 'record', ...row, logged_at: iso(record.time) })}\n`;
      })
      .join('');
  }

  runs(runs: readonly JudgedRun[]): string {
    return runs
      .map(({ installationId, logFile, run }) => {
        const entry = runEntry({ hostName: hostname(), logFile }, run, {
          installationId,
          updatedAt: Date.now(),
          fallbackTime: 0,
        });
        const row = { kind: 'run', ...setupRunRow(entry), started_at: iso(run.startedAt), ended_at: iso(run.endedAt) };
        return `${JSON.stringify({ ...row, updated_at: undefined })}\n`;
      })
      .join('');
  }
}

class TableOutput implements Output {
  private table!: LogTable;

  begin(files: number): void {
    const colours = (process.env.NO_COLOR ?? '') === '' && process.stdout.hasColors();
    this.table = new LogTable({ columns: process.stdout.columns, colours }, files > 1);
  }

  records(records: readonly PlacedRecord[]): string {
    return records.map(({ path, record }) => this.table.row(path, record)).join('');
  }

  runs(runs: readonly JudgedRun[], last: JudgedRun | null): string {
    if (last === null) return this.table.noRun();
    const earlier = runs.filter((one) => one !== last).map(({ logFile, run }) => this.table.earlier(logFile, run));
    return `\n${earlier.join('')}${this.table.verdict(last.logFile, last.run)}`;
  }
}

function iso(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

/** Waits where the reader is slower. */
async function write(text: string): Promise<void> {
  if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain');
}
