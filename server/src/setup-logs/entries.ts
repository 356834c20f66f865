import type { SetupLogRecordEntry, SetupRunEntry } from '../spool/entries.js';
import { partId, recordId, runId, type LogSource } from './identity.js';
import type { LogRecord, Run } from './types.js';

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
