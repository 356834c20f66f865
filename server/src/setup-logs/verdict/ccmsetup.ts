import { adviceOn } from '../../catalog/advice.js';
import { findHresult } from '../../catalog/errors.js';
import { inWords } from '../formats/codes.js';
import type { LogRecord, Run, Verdict } from '../types.js';
import { beginRun, blame } from './run.js';
import type { RunTracker } from './run-tracker.js';

const started = /^=+\[ ccmsetup started in process \d+ \]=+/i;
const exiting = /^CcmSetup is exiting with return code (-?\d+)/i;
const failed = /^CcmSetup failed with error code (0x[0-9a-f]{8}|-?\d+)/i;

/**
 * Runs of ccmsetup.exe, from its banner to the line that tells its return code (domain/logs.md §5). The cause is the
 * last error before that line; one without a code of its own is kept only until a better one comes.
 */
export function trackCcmsetup(): RunTracker {
  let run: Run | null = null;
  let lastError: LogRecord | null = null;

  return (record: LogRecord) => {
    const { message } = record;
    if (started.test(message)) {
      run = beginRun(record);
      run.productName = 'Configuration Manager client';
      lastError = null;
    }
    const end = exiting.exec(message)?.[1] ?? failed.exec(message)?.[1];
    if (end !== undefined) {
      // The banner may be in the file before this one, or the log cut.
      run ??= beginRun(record);
      finish(run, record, end, lastError);
      const finished: Run = run;
      run = null;
      return finished;
    }
    if (run === null) return null;
    if (record.time !== null) run.endedAt = record.time;
    if (/\bccmsetup(?:\.exe)?"? .*\/uninstall\b/i.test(message)) run.action = 'uninstall';
    run.productVersion = /^Ccmsetup version: (\S+)/i.exec(message)?.[1] ?? run.productVersion;
    if (record.severity === 'ERROR' && (record.codes.length > 0 || !lastError?.codes.length)) lastError = record;
    return run;
  };
}

function finish(run: Run, record: LogRecord, end: string, lastError: LogRecord | null): void {
  const hresult = findHresult(end);
  // An error code ends it in failure, whatever its number; as an exit code it is signed.
  const code = hresult === null ? Number(end) : Number(hresult.code) | 0;
  run.endedAt = record.time ?? run.endedAt;
  run.exitCode = code;
  run.verdict = hresult === null ? verdictOf(code) : 'failed';
  if (run.verdict !== 'failed') return;
  const words =
    hresult === null ? inWords(code, 'ccmsetup') : `${hresult.code}${hresult.text === '' ? '' : `: ${hresult.text}`}`;
  const keys = [...(lastError?.codes.map((one) => one.code) ?? []), hresult?.code ?? `ccmsetup ${code}`];
  if (lastError === null) blame(run, `ccmsetup ended with ${words}`, record.line, adviceOn(keys));
  else blame(run, `${lastError.message} (ccmsetup ended with ${words})`, lastError.line, adviceOn(keys));
}

function verdictOf(code: number): Verdict {
  return code === 0 ? 'succeeded' : code === 7 ? 'reboot_pending' : 'failed';
}
