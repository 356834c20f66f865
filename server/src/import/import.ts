import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import { clickHouseError, isStillInserting } from '../clickhouse/client.js';
import { storedIds } from '../clickhouse/stored-ids.js';
import type { Refused as RefusedEntry, Sink } from '../delivery/sink.js';
import { FspError } from '../errors.js';
import { decoded, entriesFor, leftOutReason, type DecodedReport } from '../intake/accept.js';
import { recordEntry, runEntry } from '../setup-logs/entries.js';
import { runId, type LogSource } from '../setup-logs/identity.js';
import type { Log } from '../setup-logs/files/log-file.js';
import { joinRotated } from '../setup-logs/files/names.js';
import type { FoundRun } from '../setup-logs/files/places.js';
import { readLog } from '../setup-logs/files/read-log.js';
import { FileRefused, type Refusal } from '../setup-logs/files/refusal.js';
import type { LogFormat, Run } from '../setup-logs/types.js';
import { joinStories } from '../setup-logs/verdict/story.js';
import type { SetupLogRecordEntry, SetupRunEntry, SpoolEntry, StateMessageEntry } from '../spool/entries.js';
import type { FoundFiles } from './find-files.js';

/** Entries that are compared with what is there, and inserted, at a time; of reports no more than so many bytes. */
const chunk = 10_000;
const chunkBytes = 64 * 1024 * 1024;
/** No client sends a report that is a fraction of it. */
const largestReport = 32 * 1024 * 1024;
/** How long ClickHouse is waited for that still stores the same, of an import that is gone or goes on beside. */
const stillStoringMs = 600_000;
const monthMs = 30 * 86_400_000;
const yearMs = 365 * 86_400_000;

export interface ImportOptions {
  client: ClickHouseClient;
  sink: Sink;
  database: string;
  hostName: string;
  timezone: string | null;
  format?: LogFormat;
  /** Told how many bytes were read. */
  onBytes?(count: number): void;
}

export interface ImportSummary {
  logs: number;
  reports: number;
  records: { added: number; known: number };
  messages: { added: number; known: number };
  runs: { added: number; known: number };
  /** Logs of no known format, which were taken as plain text: nothing in them is judged. */
  plain: string[];
  /** Files that were not taken as logs. */
  refused: Refusal[];
  /** Reports that could not be taken, whole or in part, and what ClickHouse would not take of a file, with the reason. */
  failed: { path: string; reason: string }[];
}

interface KnownRun {
  id: string;
  logFile: string;
  run: Run;
  fallbackTime: number;
}

/**
 * Puts old logs and reports into ClickHouse, past spool and throttle: they are history. What is there already, by its
 * identity, is left as it is, so that a second run, or one after an interruption, changes nothing.
 * @throws FspError FSP_CLICKHOUSE_…
 */
export async function importFiles(found: FoundFiles, options: ImportOptions): Promise<ImportSummary> {
  const { onBytes } = options;
  const summary: ImportSummary = {
    logs: 0,
    reports: 0,
    records: { added: 0, known: 0 },
    messages: { added: 0, known: 0 },
    runs: { added: 0, known: 0 },
    plain: [],
    refused: [...found.refused],
    failed: [],
  };
  const runs = new Map<string, KnownRun>();
  const pending: StateMessageEntry[] = [];
  let pendingBytes = 0;
  const storeMessages = async () => {
    pendingBytes = 0;
    const added = await addMissing(pending.splice(0), 'state_messages', 'message_id', options);
    count(summary.messages, added);
    note(summary, 'a report', added.refused);
  };
  const logs = joinRotated(found.logs);
  // Grows while it is gone through.
  for (const log of logs) {
    try {
      await importLog(log, options, summary, runs);
      summary.logs += log.parts.length;
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error;
      // One that cannot be read costs no other.
      if (log.parts.length > 1) logs.push(...log.parts.map((part) => ({ path: part.path, parts: [part] })));
      else summary.refused.push(error.refusal);
    }
  }
  for (const { path, size, modifiedAt } of found.reports) {
    try {
      const body = await readReport(path, size);
      pendingBytes += body.length;
      const report = decoded(body);
      const receivedAt = receiptOf(report, modifiedAt);
      const entries = entriesFor(report, body, { receivedAt, clientAddress: '' });
      pending.push(...entries);
      summary.reports++;
      if (report.leftOut !== undefined)
        summary.failed.push({ path, reason: leftOutReason(report.leftOut, entries.length) });
      onBytes?.(size);
    } catch (error) {
      if (!(error instanceof FspError)) throw error;
      summary.failed.push({ path, reason: `${error.message} (${error.code})` });
    }
    if (pending.length >= chunk || pendingBytes >= chunkBytes) await storeMessages();
  }
  await storeMessages();
  await storeRuns([...runs.values()], options, summary);
  return summary;
}

/**
 * When a report was received that lies in a file: when that was written. Where the client says that it sent the report
 * more than a month before, the file is a copy, which else would be its newest word – unless it says more than a year.
 */
function receiptOf({ reportTime }: DecodedReport, written: number): number {
  return reportTime !== null && reportTime < written - monthMs && reportTime > written - yearMs ? reportTime : written;
}

/** @throws FspError FSP_LOG_UNREADABLE, FSP_REPORT_TOO_LARGE */
async function readReport(path: string, size: number): Promise<Buffer> {
  if (size > largestReport)
    throw new FspError(
      'FSP_REPORT_TOO_LARGE',
      `It is larger than ${largestReport / 1024 ** 2} MiB, which no report is`,
    );
  return readFile(path).catch((cause: unknown) => {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new FspError('FSP_LOG_UNREADABLE', `It cannot be read: ${code ?? message}`, { cause });
  });
}

async function importLog(
  log: Log,
  options: ImportOptions,
  summary: ImportSummary,
  runs: Map<string, KnownRun>,
): Promise<void> {
  const { hostName } = options;
  const writtenAt = new Map(log.parts.map(({ path, modifiedAt }) => [path, modifiedAt]));
  const found = new Map<string, FoundRun>();
  let pending: SetupLogRecordEntry[] = [];
  const store = async () => {
    const added = await addMissing(pending, 'setup_log_records', 'record_id', options);
    count(summary.records, added);
    note(summary, log.path, added.refused);
    pending = [];
  };
  // The simple format's reader takes what no line shows another of; without a time anywhere it is that neither.
  let plain = true;
  for await (const records of readLog(log, options, options.onBytes)) {
    for (const { path, record, found: run } of records) {
      const source: LogSource = { hostName, logFile: path };
      plain &&= record.format === 'simple' && record.time === null;
      pending.push(recordEntry(source, record, writtenAt.get(path)!));
      if (run !== null) found.set(runId(source, run.run), run);
    }
    if (pending.length >= chunk) await store();
  }
  await store();
  // Where a run stands is known when all of the log is.
  for (const [id, { path, run }] of found) runs.set(id, { id, logFile: path, run, fallbackTime: writtenAt.get(path)! });
  if (plain) summary.plain.push(log.path);
}

/** Inserts the entries whose identity is not in the table, each once; how many were, and how many were there. */
async function addMissing(
  entries: readonly (StateMessageEntry | SetupLogRecordEntry)[],
  table: string,
  column: string,
  { client, sink, database }: ImportOptions,
): Promise<{ added: number; known: number; refused: RefusedEntry[] }> {
  const byId = new Map(
    entries.map((entry) => [entry.kind === 'state_message' ? entry.messageId : entry.recordId, entry]),
  );
  if (byId.size === 0) return { added: 0, known: entries.length, refused: [] };
  for (const id of await storedIds(client, { table: `${database}.${table}`, column }, [...byId.keys()]))
    byId.delete(id);
  const refused = await deliver([...byId.values()], sink, batchOf([...byId.keys()]));
  return { added: byId.size - refused.length, known: entries.length - byId.size, refused };
}

type StoredVerdict = Record<'run_id' | 'verdict' | 'cause' | 'certainty' | 'installation_id', string>;

/** What is stored of runs. @throws FspError FSP_CLICKHOUSE_… */
async function storedVerdicts(
  runs: readonly KnownRun[],
  { client, database }: Pick<ImportOptions, 'client' | 'database'>,
): Promise<StoredVerdict[]> {
  try {
    const answer = await client.query({
      query: `SELECT run_id, verdict, cause, certainty, installation_id FROM ${database}.setup_runs WHERE run_id IN (${runs.map(({ id }) => `'${id}'`).join(',')})`,
      format: 'JSONEachRow',
      clickhouse_settings: { max_query_size: '100000000' },
    });
    return await answer.json<StoredVerdict>();
  } catch (error) {
    throw clickHouseError(error);
  }
}

async function storeRuns(runs: readonly KnownRun[], options: ImportOptions, summary: ImportSummary): Promise<void> {
  const { sink, hostName } = options;
  if (runs.length === 0) return;
  const installations = joinStories(runs);
  const rows = await storedVerdicts(runs, options);
  const known = new Map(
    rows.map((row) => [row.run_id, `${row.verdict} ${row.installation_id} ${row.certainty} ${row.cause}`]),
  );
  const changed = runs
    .map(({ id, run, logFile, fallbackTime }): SetupRunEntry => {
      const installationId = installations.get(id) ?? id;
      return runEntry({ hostName, logFile }, run, { installationId, updatedAt: Date.now(), fallbackTime });
    })
    .filter(
      (entry) =>
        known.get(entry.runId) !== `${entry.verdict} ${entry.installationId} ${entry.certainty} ${entry.cause}`,
    );
  const refused = await deliver(changed, sink);
  note(summary, 'a set-up run', refused);
  count(summary.runs, { added: changed.length - refused.length, known: runs.length - changed.length });
}

/**
 * One batch for the same entries, whoever imports them: of two imports at once, or of one that was killed while ClickHouse
 * still stored what it had sent and the next, both find the same entries missing. Under one id they are stored once.
 */
function batchOf(ids: readonly string[]): string {
  return createHash('sha256').update(ids.join()).digest('hex').slice(0, 32);
}

/** @param batch the id of a batch that may have been delivered before; without it, of one of our own */
async function deliver(entries: SpoolEntry[], sink: Sink, batch?: string): Promise<RefusedEntry[]> {
  if (entries.length === 0) return [];
  await sink.ready?.();
  const id = batch ?? randomBytes(16).toString('hex');
  for (const until = performance.now() + stillStoringMs; ;) {
    try {
      return await sink.deliver({ id, createdAt: Date.now(), entries }, batch !== undefined);
    } catch (error) {
      // ClickHouse ends what it stores, for an import that is gone too.
      if (!isStillInserting(error) || performance.now() > until) throw error;
      await sleep(500);
    }
  }
}

/** What ClickHouse refuses of a file, one by one. */
function note(summary: ImportSummary, path: string, refused: readonly RefusedEntry[]): void {
  for (const { reason } of refused) summary.failed.push({ path, reason });
}

function count(total: { added: number; known: number }, more: { added: number; known: number }): void {
  total.added += more.added;
  total.known += more.known;
}
