import { LogParser } from '../../server/src/setup-logs/log-parser.js';
import type { LogRecord, Run } from '../../server/src/setup-logs/types.js';
import { surveyOf } from './survey.js';
import type { ExpectedRun, GeneratedFile, GeneratedLog, TimeTruth } from './types.js';

export type Aspect = 'verdict' | 'cause' | 'evidence' | 'time' | 'text' | 'secret' | 'split' | 'follow';

/** Where what was made of a log is not what is true of it. */
export interface Finding {
  aspect: Aspect;
  /** What is wrong, in one line. */
  what: string;
}

export interface Reading {
  records: LogRecord[];
  runs: Run[];
}

/** Remarks that say nothing of the time. */
const ofOtherThings = new Set(['line_split']);
const [earliest, latest] = [Date.UTC(2000, 0, 1), Date.UTC(2100, 0, 1)];

/** A file read from its first byte to its last, in one piece or in several. */
function readBytes(bytes: Buffer, log: Pick<GeneratedLog, 'timezone'>, cuts: readonly number[] = []): Reading {
  const records: LogRecord[] = [];
  const parser = new LogParser({
    timezone: log.timezone,
    survey: surveyOf(bytes),
    onRecord: (record) => records.push(record),
  });
  const places = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  for (const [index, from] of places.entries()) parser.push(bytes.subarray(from, places[index + 1] ?? bytes.length));
  parser.end();
  return { records, runs: runsOf(records) };
}

export function runsOf(records: readonly LogRecord[]): Run[] {
  return [...new Set(records.map(({ run }) => run).filter((run) => run !== null))];
}

/** Everything that is not true in what was made of a log. */
export function checkLog(log: GeneratedLog, cuts: readonly number[]): Finding[] {
  const files: GeneratedFile[] = log.rotated === null ? [log] : [log.rotated, log];
  return files.flatMap((file) => {
    const reading = readBytes(file.bytes, log);
    const findings = checkReading(file, reading);
    const within = cuts.map((cut) => cut % (file.bytes.length + 1));
    if (shown(readBytes(file.bytes, log, within)) !== shown(reading))
      findings.push({ aspect: 'split', what: `cut at ${within.join(', ')} it gives something else` });
    return findings;
  });
}

/** A reading as text that two of them can be compared by. */
function shown({ records, runs }: Reading): string {
  return JSON.stringify([records.map(({ run, ...rest }) => [rest, run === null ? -1 : runs.indexOf(run)]), runs]);
}

function checkReading({ truth }: GeneratedFile, reading: Reading): Finding[] {
  return [
    ...checkRuns(truth.runs, reading.runs),
    ...checkTimes(truth.times, reading.records),
    ...checkTexts(truth.texts, reading.records),
    ...checkSecrets(truth.secrets, reading),
  ];
}

function checkRuns(all: readonly ExpectedRun[], runs: readonly Run[]): Finding[] {
  const expected = runs.length === all.length ? all : all.filter(({ optional }) => !optional);
  if (runs.length !== expected.length) {
    const list = runs.map(({ verdict, line }) => `${verdict} from line ${line}`).join(', ');
    const truth = expected.map(({ verdict }) => verdict).join(', ');
    return [{ aspect: 'verdict', what: `${runs.length} runs (${list}) in place of ${expected.length} (${truth})` }];
  }
  return expected.flatMap((truth, index) => checkRun(truth, runs[index]!, `run ${index + 1}`));
}

function checkRun(truth: ExpectedRun, run: Run, name: string): Finding[] {
  const findings: Finding[] = [];
  const differs = (field: string, wanted: unknown, got: unknown) => {
    findings.push({ aspect: 'verdict', what: `${name}: ${field} ${String(got)} in place of ${String(wanted)}` });
  };
  if (run.verdict !== truth.verdict) differs('verdict', truth.verdict, run.verdict);
  if (truth.action !== null && run.action !== truth.action) differs('action', truth.action, run.action);
  if (truth.verdict !== 'unfinished' && run.exitCode !== truth.exitCode)
    differs('exit code', truth.exitCode, run.exitCode);
  if (truth.productName !== null && run.productName !== truth.productName)
    differs('product', truth.productName, run.productName);
  if (truth.productVersion !== null && run.productVersion !== truth.productVersion)
    differs('version', truth.productVersion, run.productVersion);
  if (truth.verdict === 'succeeded' || truth.verdict === 'reboot_pending') {
    if (run.cause !== '')
      findings.push({ aspect: 'cause', what: `${name}: a cause though it did not fail: ${run.cause}` });
  } else if (truth.cause !== null && run.verdict === 'failed') {
    const { lines, words } = truth.cause;
    const missing = words.filter((word) => !run.cause.toLowerCase().includes(word.toLowerCase()));
    if (!lines.includes(run.causeLine) || missing.length > 0) {
      findings.push({
        aspect: 'cause',
        what: `${name}: line ${run.causeLine} in place of ${lines.join(' or ')}${missing.length > 0 ? `, without ${missing.join(', ')}` : ''}: ${run.cause}`,
      });
    }
  }
  return [...findings, ...checkEvidence(truth, run, name)];
}

/** The lines that a judgement is said to rest on: in the order of the log, and the cause among them. */
function checkEvidence({ verdict, cause }: ExpectedRun, { evidence, verdict: judged }: Run, name: string): Finding[] {
  if (judged !== verdict || verdict === 'unfinished') return [];
  const wrong = (what: string): Finding[] => [{ aspect: 'evidence', what: `${name}: ${what}` }];
  const lines = evidence.map(({ line }) => line);
  if (lines.length === 0) return wrong('no evidence');
  if (lines.some((line, index) => index > 0 && line <= lines[index - 1]!))
    return wrong(`out of order: ${lines.join(', ')}`);
  const shown = evidence.filter(({ shows }) => shows === 'cause').map(({ line }) => line);
  if (cause !== null && !shown.some((line) => cause.lines.includes(line)))
    return wrong(`line ${shown.join(', ')} in place of ${cause.lines.join(' or ')}`);
  return [];
}

function checkTimes(times: ReadonlyMap<number, TimeTruth>, records: readonly LogRecord[]): Finding[] {
  const findings: Finding[] = [];
  const seen = new Set<number>();
  for (const record of records) {
    const truth = times.get(record.line);
    const remarks = record.remarks.filter((remark) => !ofOtherThings.has(remark));
    const wrong = wrongTime(seen.has(record.line) ? undefined : truth, record.time, remarks);
    // A torn record may stand on the same line before or after.
    if (wrong === null && (truth === undefined || !remarks.includes('damaged'))) seen.add(record.line);
    if (wrong !== null && !(truth !== undefined && remarks.includes('damaged'))) {
      findings.push({ aspect: 'time', what: `line ${record.line}: ${wrong} (${record.message.slice(0, 60)})` });
    }
  }
  for (const line of times.keys()) {
    if (!seen.has(line) && !findings.some(({ what }) => what.startsWith(`line ${line}:`)))
      findings.push({ aspect: 'time', what: `line ${line}: its record is missing` });
  }
  return findings;
}

function wrongTime(truth: TimeTruth | undefined, time: number | null, remarks: readonly string[]): string | null {
  const said = `${time === null ? 'no time' : new Date(time).toISOString()}${remarks.length > 0 ? ` [${remarks.join(', ')}]` : ''}`;
  if (time !== null && (time < earliest || time > latest)) return `${said} is not of these times`;
  if (truth === undefined) return time !== null && remarks.length === 0 ? `${said} out of nowhere` : null;
  const right = new Date(truth.utc).toISOString();
  if (truth.sure === 'exact') return time === truth.utc && remarks.length === 0 ? null : `${said} in place of ${right}`;
  if (truth.sure === 'local') {
    const told = time === truth.local && remarks.includes('zone_unknown');
    return told ? null : `${said} in place of ${new Date(truth.local).toISOString()} with zone_unknown`;
  }
  return time === truth.utc || remarks.length > 0 ? null : `${said} in silence, in place of ${right}`;
}

function checkTexts(texts: readonly string[], records: readonly LogRecord[]): Finding[] {
  return texts
    .filter((text) => !records.some(({ message }) => message.includes(text)))
    .map((text) => ({ aspect: 'text', what: `not read letter by letter: ${text.slice(0, 80)}` }));
}

function checkSecrets(secrets: readonly string[], reading: Reading): Finding[] {
  if (secrets.length === 0) return [];
  const all = shown(reading);
  return secrets
    .filter((secret) => all.includes(secret))
    .map((secret) => ({
      aspect: 'secret',
      what: `${secret} stands in ${reading.records.find(({ original }) => original.includes(secret))?.original.slice(0, 120) ?? 'a run'}`,
    }));
}
