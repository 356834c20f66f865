import { FieldType, type DataFrame, type Field } from '@grafana/data';
import { MemorySource, type MemoryRecord } from './memory-source.js';
import type { LogFile, Severity } from './source.js';

/** Names that data sources give these fields: OpenTelemetry's, Grafana's log frames, Loki's, Elasticsearch's, ours. */
const names = {
  message: ['message', 'body', 'line', 'content', 'msg', '_source', 'log'],
  severity: ['severity', 'level', 'severitytext', 'lvl', 'loglevel', 'severity_text', 'detected_level'],
  component: ['component', 'configmgr.component', 'scopename', 'logger', 'source'],
  thread: ['thread', 'thread.id', 'threadid'],
  source: ['source_file', 'code.file.path', 'file'],
  line: ['line_number', 'code.line.number'],
  host: ['host_name', 'host.name', 'host', 'hostname'],
  path: ['log_file', 'log.file.path', 'filename'],
  format: ['log_format'],
  remarks: ['remarks'],
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

/**
 * The log that frames hold, as a source; null where no frame has a text. Records stay in the order that the query gave
 * them, which is the file's; only a query that gives the newest first, as Grafana's do, is turned around.
 */
export function sourceOf(frames: DataFrame[]): MemorySource | null {
  const files = new Map<string, LogFile & { index: number; records: MemoryRecord[] }>();
  frames.forEach((frame, frameIndex) => {
    const records = recordsOfFrame(frame);
    if (isNewestFirst(records)) records.reverse();
    for (const { host, path, format, ...record } of records) {
      const key = `${frameIndex} ${host} ${path}`;
      const file = files.get(key) ?? { host, path, format, index: files.size, records: [] };
      files.set(key, file);
      file.records.push({ ...record, file: file.index });
    }
  });
  if (files.size === 0) return null;
  const all = [...files.values()];
  return new MemorySource(
    'frames',
    all.map(({ host, path, format }) => ({ host, path, format })),
    all.flatMap(({ records }) => records),
  );
}

function isNewestFirst(records: FrameRecord[]): boolean {
  const first = records[0];
  const last = records.at(-1);
  if (first === undefined || last === undefined) return false;
  if (first.line > 0 && last.line > 0 && first.path === last.path) return first.line > last.line;
  return (first.time ?? 0) > (last.time ?? 0);
}

type FrameRecord = Omit<MemoryRecord, 'file'> & LogFile;

function recordsOfFrame(frame: DataFrame): FrameRecord[] {
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
  const [severity, component, thread, source, line, host, path, format] = [
    names.severity,
    names.component,
    names.thread,
    names.source,
    names.line,
    names.host,
    names.path,
    names.format,
  ].map(find);
  const remarks = find(names.remarks);
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
      utcOffset: null,
      remarks: wordsOf(remarks?.values[row]),
      host: of(host, names.host),
      path: of(path, names.path),
      format: of(format, names.format),
    };
  });
}

/** An array of words, or one text that holds them. */
function wordsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' ? value.split(/[\s,]+/).filter((word) => word !== '') : [];
}
