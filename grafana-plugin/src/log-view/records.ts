import { FieldType, type DataFrame, type Field } from '@grafana/data';

export type Severity = 'trace' | 'debug' | 'info' | 'warning' | 'error' | 'fatal';

/** One record of a log, whatever data source it came from. */
export interface LogRecord {
  /** Milliseconds since 1970; null where the source gave none. */
  time: number | null;
  severity: Severity;
  message: string;
  component: string;
  thread: string;
  source: string;
  /** Line of the file; 0 where it is not known. */
  line: number;
}

/** Names that data sources give these fields: OpenTelemetry's, Grafana's log frames, Loki's, Elasticsearch's, ours. */
const names = {
  message: ['message', 'body', 'line', 'content', 'msg', '_source', 'log'],
  severity: ['severity', 'level', 'severitytext', 'lvl', 'loglevel', 'severity_text', 'detected_level'],
  component: ['component', 'configmgr.component', 'scopename', 'logger', 'source'],
  thread: ['thread', 'thread.id', 'threadid'],
  source: ['source_file', 'code.file.path', 'file'],
  line: ['line_number', 'code.line.number'],
};

const severities: [RegExp, Severity][] = [
  [/^(f|fatal|emerg|crit|alert|panic)/i, 'fatal'],
  [/^e/i, 'error'],
  [/^w/i, 'warning'],
  [/^d/i, 'debug'],
  [/^(t|verbose)/i, 'trace'],
];

/** A source's word for a severity, as one of ours; what is not known counts as information. */
export function severityOf(text: string): Severity {
  const word = text;
  // CMTrace's own types: 1 information, 2 warning, 3 error.
  if (word === '3') return 'error';
  if (word === '2') return 'warning';
  return severities.find(([pattern]) => pattern.test(word))?.[1] ?? 'info';
}

/** The records of log frames, oldest first. Empty where no frame has a text. */
export function recordsOf(frames: DataFrame[]): LogRecord[] {
  const records = frames.flatMap(recordsOfFrame);
  const ordered = records.every(({ time }, index) => index === 0 || (time ?? 0) >= (records[index - 1]?.time ?? 0));
  if (ordered) return records;
  // Grafana gives logs newest first. Equal times keep the order of the file, which is then turned around too.
  const descending = (records[0]?.time ?? 0) > (records.at(-1)?.time ?? 0);
  return (descending ? records.reverse() : records).sort((a, b) => (a.time ?? 0) - (b.time ?? 0));
}

function recordsOfFrame(frame: DataFrame): LogRecord[] {
  const find = (wanted: string[]): Field | undefined => {
    for (const name of wanted) {
      const found = frame.fields.find((field) => field.name.toLowerCase() === name);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const time = frame.fields.find(({ type }) => type === FieldType.time);
  const message = find(names.message) ?? frame.fields.find(({ type }) => type === FieldType.string);
  if (message === undefined) return [];
  const [severity, component, thread, source, line] = [
    names.severity,
    names.component,
    names.thread,
    names.source,
    names.line,
  ].map(find);
  const labels = frame.fields.find(
    ({ name, type }) => type === FieldType.other && /^(labels|attributes|logattributes)$/i.test(name),
  );
  return Array.from({ length: frame.length }, (_, row) => {
    const label = (labels?.values[row] ?? {}) as Record<string, string | undefined>;
    const of = (field: Field | undefined, wanted: string[]) => {
      const value: unknown = field?.values[row] ?? wanted.map((name) => label[name]).find((one) => one !== undefined);
      return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    };
    const at: unknown = time?.values[row];
    return {
      time: typeof at === 'number' ? at : at === undefined || at === null ? null : Number(new Date(at as string)),
      severity: severityOf(of(severity, names.severity)),
      message: String(message.values[row] ?? ''),
      component: of(component, names.component),
      thread: of(thread, names.thread),
      source: of(source, names.source),
      line: Number(of(line, names.line)) || 0,
    };
  });
}

/** Whether a record is one that somebody who looks for a cause wants to see. */
export function isError({ severity }: LogRecord): boolean {
  return severity === 'error' || severity === 'fatal';
}

/** Records that pass a filter, by their index: severities that are shown, and a text that the message must contain. */
export function filtered(records: LogRecord[], text: string, leastSeverity: Severity): number[] {
  const wanted = text.toLowerCase();
  const least = severityOrder.indexOf(leastSeverity);
  const indexes: number[] = [];
  records.forEach(({ message, component, severity }, index) => {
    if (severityOrder.indexOf(severity) < least) return;
    if (wanted === '' || message.toLowerCase().includes(wanted) || component.toLowerCase().includes(wanted))
      indexes.push(index);
  });
  return indexes;
}

export const severityOrder: Severity[] = ['trace', 'debug', 'info', 'warning', 'error', 'fatal'];

/** The next row after (or before) one whose record is an error; -1 where there is none. */
export function nextError(records: LogRecord[], rows: number[], from: number, step: 1 | -1): number {
  for (let row = from + step; row >= 0 && row < rows.length; row += step) {
    const record = records[rows[row]!];
    if (record !== undefined && isError(record)) return row;
  }
  return -1;
}
