import { RE2JS } from 're2js';
import { InvalidPattern } from './source.js';

/** What is looked for in a text. */
export interface Pattern {
  text: string;
  matchCase: boolean;
  regex: boolean;
}

/** Where it stands in a text: begin and end of each, in order, none of them empty. */
export type Ranges = [begin: number, end: number][];

export interface Matcher {
  test(text: string): boolean;
  ranges(text: string): Ranges;
}

/**
 * Finds a pattern in texts, in time that grows with their length and no faster. Regular expressions are RE2's, as
 * ClickHouse has them, so that a log in the browser and one in ClickHouse are searched alike.
 * @throws InvalidPattern
 */
export function compile({ text, matchCase, regex }: Pattern): Matcher {
  if (regex) return compileRegex(text, matchCase);
  // Not by lower-casing both: some letters change their length by it.
  const pattern = new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&'), matchCase ? 'g' : 'giu');
  return {
    test: (line) => text !== '' && line.search(pattern) >= 0,
    ranges: (line) =>
      text === '' ? [] : Array.from(line.matchAll(pattern), ({ index, 0: found }) => [index, index + found.length]),
  };
}

function compileRegex(text: string, matchCase: boolean): Matcher {
  let pattern: RE2JS;
  try {
    pattern = RE2JS.compile(text, matchCase ? 0 : RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    throw new InvalidPattern((error as Error).message.replace(/^error parsing regexp: /, ''), { cause: error });
  }
  return {
    test: (line) => text !== '' && pattern.test(line),
    ranges(line) {
      const found: Ranges = [];
      const matcher = pattern.matcher(line);
      while (matcher.find()) if (matcher.end() > matcher.start()) found.push([matcher.start(), matcher.end()]);
      return found;
    },
  };
}
