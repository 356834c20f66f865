import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** From here a browser's worker reads logs; all that these import has to run there. */
const entrances = ['log-parser.ts', 'survey.ts', 'verdict/story.ts', 'formats/time.ts'].map(
  (name) => new URL(`../../server/src/setup-logs/${name}`, import.meta.url),
);
const packages = new Set(['temporal-polyfill']);

/** Everything that is reachable by imports, types aside, which leave nothing behind. */
function reachable(from: readonly URL[]): Map<string, string> {
  const sources = new Map<string, string>();
  const open = [...from];
  for (let url = open.pop(); url !== undefined; url = open.pop()) {
    if (sources.has(url.href)) continue;
    const source = readFileSync(url, 'utf8');
    sources.set(url.href, source);
    for (const name of importsOf(source))
      if (name.startsWith('.')) open.push(new URL(name.replace(/\.js$/, '.ts'), url));
  }
  return sources;
}

function importsOf(source: string): string[] {
  return [...source.matchAll(/^(?:import|export)\s+(?!type\s)(?:[^;]*?\sfrom\s+)?'([^']+)';/gm)].map(
    ([, name = '']) => name,
  );
}

test('bytes become records and verdicts without anything that only Node has', () => {
  const sources = reachable(entrances);
  expect(sources.size).toBeGreaterThan(15);
  for (const [file, source] of sources) {
    const foreign = importsOf(source).filter((name) => !name.startsWith('.') && !packages.has(name));
    expect([file, foreign]).toEqual([file, []]);
    const code = source.replaceAll(/\/\*.*?\*\/|\/\/.*/gs, '');
    expect([
      file,
      /\b(?:Buffer|__dirname|__filename|NodeJS)\b|\bprocess\.|\brequire\(|\bimport\.meta\b/.exec(code)?.[0] ?? '',
    ]).toEqual([file, '']);
  }
});
