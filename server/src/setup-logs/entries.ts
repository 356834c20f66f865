import { rowText, setupLogRecordRow, time } from '../sinks/clickhouse-rows.js';
import type { SetupLogRecordEntry, SetupLogRowEntry, SetupRunEntry } from '../spool/entries.js';
import { partId, recordId, runId, type LogSource } from './identity.js';
import type { LogBeginning, LogFormat, LogRecord, Run } from './types.js';

/** A record as the spool takes it. `fallbackTime` stands in for records of a log that tells no time at all. */
export function recordEntry(source: LogSource, record: LogRecord, fallbackTime: number): SetupLogRecordEntry {
  const [code] = record.codes;
  return {
    kind: 'setup_log_record',
    recordId: recordId(source, record),
    runId: record.run === null ? '' : runId(source, record.run),
    ...source,
    logFormat: record.format,
    loggedAt: record.time ?? fallbackTime,
    lineNumber: record.line,
    byteOffset: record.offset,
    severity: record.severity,
    component: record.component,
    thread: record.thread,
    sourceFile: record.source,
    message: record.message,
    errorCode: code?.code ?? '',
    errorText: code?.text ?? '',
    remarks: record.time === null ? [...record.remarks, 'time_unknown'] : record.remarks,
    logPart: partId(record),
    original: record.original,
  };
}

/**
 * The records of a followed log as rows, each made in one go: what many have in common – the file, the run – is made
 * once. Nothing else tells them from the rows of {@link recordEntry}.
 */
export class RecordRows {
  private run: Run | null | undefined;
  private beginning: LogBeginning | undefined;
  private format: LogFormat | undefined;
  private common = '';

  /** @param fallbackTime stands in for records of a log that tells no time at all */
  constructor(
    private readonly source: LogSource,
    private readonly fallbackTime: number,
  ) {}

  rowOf(record: LogRecord): SetupLogRowEntry {
    const [code] = record.codes;
    const remarks: readonly string[] = record.time === null ? [...record.remarks, 'time_unknown'] : record.remarks;
    const row = `{"logged_at":"${time(record.time ?? this.fallbackTime)}",${this.commonOf(record)},"line_number":${record.line},"byte_offset":${record.offset},"severity":"${record.severity}","component":${quoted(record.component)},"thread":${quoted(record.thread)},"source_file":${quoted(record.source)},"message":${JSON.stringify(record.message)},"error_code":${quoted(code?.code ?? '')},"error_text":${quoted(code?.text ?? '')},"remarks":${remarks.length === 0 ? '[]' : JSON.stringify(remarks)},"record_id":"${recordId(this.source, record)}"}`;
    // Half a character is written otherwise.
    const whole = row.includes('\\ud')
      ? rowText(setupLogRecordRow(recordEntry(this.source, record, this.fallbackTime)))
      : row;
    return { kind: 'setup_log_row', row: whole, original: record.original };
  }

  private commonOf(record: LogRecord): string {
    if (record.run !== this.run || record.beginning !== this.beginning || record.format !== this.format) {
      this.format = record.format;
      this.run = record.run;
      this.beginning = record.beginning;
      const { hostName, logFile } = this.source;
      const run = record.run === null ? '' : runId(this.source, record.run);
      const columns = {
        host_name: hostName,
        log_file: logFile,
        log_format: record.format,
        log_part: partId(record),
        run_id: run,
      };
      this.common = JSON.stringify(columns).slice(1, -1);
    }
    return this.common;
  }
}

/** A short text in JSON; most have nothing in them that is written otherwise. */
function quoted(text: string): string {
  if (text.length > 60) return JSON.stringify(text);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 32 || code > 126 || code === quote || code === backslash) return JSON.stringify(text);
  }
  return `"${text}"`;
}

const quote = 34;
const backslash = 92;

/** A run as the spool takes it. */
export function runEntry(
  source: LogSource,
  run: Run,
  { installationId, updatedAt, fallbackTime }: { installationId: string; updatedAt: number; fallbackTime: number },
): SetupRunEntry {
  return {
    kind: 'setup_run',
    updatedAt,
    runId: runId(source, run),
    installationId,
    ...source,
    logFormat: run.format,
    action: run.action,
    startedAt: run.startedAt ?? fallbackTime,
    endedAt: run.endedAt,
    verdict: run.verdict,
    exitCode: run.exitCode,
    cause: run.cause,
    causeLine: run.causeLine,
    suggestion: run.suggestion,
    evidence: run.evidence,
    certainty: run.certainty,
    certaintyReason: run.certaintyReason,
    nextStep: run.nextStep,
    productName: run.productName,
    productVersion: run.productVersion,
  };
}
