export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)",?/y;

/**
 * Prometheus' text format, read strictly: every family has its type before its samples, and stands in one piece.
 * @throws Error naming the line that is not of the format
 */
export function samplesOf(text: string): Sample[] {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  let family = '';
  for (const line of text.split('\n').slice(0, -1)) {
    const type = /^# TYPE (\S+) (counter|gauge|histogram|summary|untyped)$/.exec(line);
    if (type !== null) {
      if (types.has(type[1]!)) throw new Error(`twice: ${line}`);
      types.set((family = type[1]!), type[2]!);
    } else if (!/^# (?:HELP|UNIT) \S+/.test(line)) {
      const found = sample.exec(line);
      const value = Number(found?.[3]?.replace(/^([+-]?)Inf$/, '$1Infinity') ?? 'x');
      if (found === null || (Number.isNaN(value) && found[3] !== 'NaN')) throw new Error(`no sample: ${line}`);
      const name = found[1]!;
      const base = types.get(family) === 'histogram' ? name.replace(/_(?:bucket|sum|count)$/, '') : name;
      if (base !== family) throw new Error(`without its type: ${line}`);
      samples.push({ name, value, labels: labelsOf(found[2] ?? '', line) });
    }
  }
  return samples;
}

function labelsOf(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  label.lastIndex = 0;
  while (label.lastIndex < text.length) {
    const at = label.lastIndex;
    const found = label.exec(text);
    if (found?.index !== at || found[1]! in labels) throw new Error(`no labels: ${line}`);
    labels[found[1]!] = found[2]!.replaceAll('\\n', '\n').replaceAll(/\\(.)/g, '$1');
  }
  return labels;
}
