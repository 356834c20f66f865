import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';

/** One comparison as RESULTS.md shows it. */
export interface Section {
  title: string;
  /** Paragraphs: what was done. */
  text: string[];
  head: string[];
  rows: string[][];
  /** What is not fair in it, or has to be known beside the figures. */
  unfair: string[];
  /** Something that had to be true was not. */
  failed: boolean;
}

const kept = fileURLToPath(new URL('../../node_modules/.cache/peers/results', import.meta.url));

/** What was measured last of each part; a run of some parts leaves the others as they were. */
export function keepSection(part: string, section: Section): void {
  mkdirSync(kept, { recursive: true });
  const load = loadavg()[1]?.toFixed(1);
  const measured = `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC, load ${load}`;
  writeFileSync(join(kept, `${part}.json`), JSON.stringify({ ...section, measured }));
}

export async function writeResults(parts: readonly string[], versions: Record<string, string>): Promise<void> {
  const names = readdirSync(kept);
  const sections = parts
    .filter((part) => names.includes(`${part}.json`))
    .map((part) => JSON.parse(readFileSync(join(kept, `${part}.json`), 'utf8')) as Section & { measured: string });
  const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB of memory, Linux`;
  const text = [
    '# Beside the peers',
    'Made by `npm run peers`: the product beside what people would use instead, on one machine. What is not fair in a comparison stands beneath it.',
    `Machine: ${machine}.`,
    table(['program', 'version'], Object.entries(versions)),
    ...sections.flatMap(({ title, text: paragraphs, head, rows, unfair, measured }) => [
      `## ${title}`,
      ...paragraphs,
      table(head, rows),
      '**Not fair, or to be known:**',
      unfair.map((one) => `- ${one}`).join('\n'),
      `_Measured ${measured}._`,
    ]),
  ].join('\n\n');
  const path = fileURLToPath(new URL('RESULTS.md', import.meta.url));
  writeFileSync(path, await format(text, { parser: 'markdown', printWidth: 120 }));
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The middle of some numbers, with the least and the most of them. */
export function spread(values: readonly number[], digits = 0): string {
  const sorted = [...values].sort((a, b) => a - b);
  const show = (value: number) => value.toLocaleString('en', { maximumFractionDigits: digits });
  if (sorted.length === 1) return show(sorted[0]!);
  return `${show(median(sorted))} (${show(sorted[0]!)}–${show(sorted.at(-1)!)})`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
