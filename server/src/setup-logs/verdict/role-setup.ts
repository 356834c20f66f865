import { adviceOn } from '../../catalog/advice.js';
import { inWords } from '../formats/codes.js';
import type { LogRecord, Run } from '../types.js';
import { verdictOf } from '../formats/result.js';
import { beginRun, blame } from './run.js';
import type { RunTracker } from './run-tracker.js';

const rule = /^={10,}$/;
const started = /^\w+ Setup Started\.{2,}/;
const parameters = /^Parameters: .*?\s\/(\w+)\b/;
const exited = /\b(\S+\.(?:msi|exe)) exited with return code: (-?\d+)/i;
const succeeded = /^(?:Installation|Deinstallation|Uninstallation|Removal) was successful\b/i;
const fatal = /^Fatal MSI Error - (.*)$|^(?:Installation|Deinstallation|Uninstallation) failed\b/i;
const over = /^RoleSetup\(\)\./;
const prerequisite = /\bPre ?Req\w*\b/i;
const prerequisiteFailed = /\b(?:fail(?:ed|ure)?|could not|cannot|unable|error)\b/i;

/**
 * Runs of rolesetup.exe (domain/logs.md §3), told apart by its heading. The verdict rests on the terminal lines: the
 * number that the role's own package exited with, `… was successful.`, `Fatal MSI Error`. Numbers go before words, and
 * a run without a terminal line is unfinished.
 */
export function trackRoleSetup(): RunTracker {
  let run: Run | null = null;
  let headed = false;
  let ended = false;

  return (record: LogRecord) => {
    const { message } = record;
    if (rule.test(message) || (started.test(message) && !headed) || (run === null && !ended)) {
      run = beginRun(record);
      headed = rule.test(message);
      ended = false;
    } else if (ended) return null;
    if (run === null) return null;
    if (started.test(message)) {
      headed = false;
      run.productName = /^\w+/.exec(message)?.[0] ?? '';
    }
    if (record.time !== null) run.endedAt = record.time;
    readLine(run, record);
    const belongsTo: Run = run;
    if (over.test(message)) {
      ended = true;
      run = null;
    }
    return belongsTo;
  };
}

function readLine(run: Run, record: LogRecord): void {
  const { message, line, codes } = record;
  const verb = parameters.exec(message)?.[1]?.toLowerCase();
  if (verb !== undefined)
    run.action = /deinstall|uninstall|remove/.test(verb) ? 'uninstall' : verb === 'repair' ? 'repair' : 'install';
  else if (/\bUpgrading\b/.test(message)) run.action = 'upgrade';

  const [, program = '', digits] = exited.exec(message) ?? [];
  if (digits !== undefined) {
    const code = Number(digits);
    run.exitCode = code;
    // A success still has to be said; a failure is one, whatever follows.
    run.verdict = verdictOf(code) === 'failed' ? 'failed' : 'unfinished';
    if (run.verdict === 'failed') {
      blame(run, `${program} ended with ${inWords(code)}`, line, adviceOn([String(code)]));
    } else if (run.cause !== '') blame(run, '', 0, '');
  } else if (succeeded.test(message)) {
    if (run.verdict !== 'failed') run.verdict = verdictOf(run.exitCode ?? 0);
    if (run.verdict !== 'failed') blame(run, '', 0, '');
  } else if (fatal.test(message)) {
    run.verdict = 'failed';
    if (run.cause === '') blame(run, message, line, adviceOn(codes.map(({ code }) => code)));
  } else if (prerequisite.test(message) && prerequisiteFailed.test(message) && run.cause === '') {
    // Not yet a verdict: the role may install all the same.
    blame(
      run,
      message,
      line,
      adviceOn([...codes.map(({ code }) => code).filter((code) => code !== '1603'), 'prerequisite']),
    );
  }
}
