import { readFileSync } from 'node:fs';

/** The rows of one of the catalogue's files, without its heading. */
export function readTsv(name: string): string[][] {
  const text = readFileSync(new URL(`./${name}`, import.meta.url), 'utf8');
  const [, ...rows] = text.split(/\r?\n/).filter((line) => line !== '');
  return rows.map((row) => row.split('\t'));
}
