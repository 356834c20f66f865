import { codesIn } from '../catalog/errors.js';
import type { HighlightRule } from './highlight-rules.js';
import { compile, type Matcher, type Ranges } from './matcher.js';

/** A piece of a text, and what it is marked as. */
export interface Piece {
  text: string;
  mark: 'none' | 'found' | 'code' | HighlightRule['color'];
}

export interface CompiledRule {
  matcher: Matcher;
  color: HighlightRule['color'];
}

/** The rules that can be used; one that is no regular expression marks nothing. */
export function compileRules(rules: readonly HighlightRule[]): CompiledRule[] {
  return rules.flatMap(({ text, regex, matchCase, color }) => {
    try {
      return text === '' ? [] : [{ matcher: compile({ text, regex, matchCase }), color }];
    } catch {
      return [];
    }
  });
}

/** A text in pieces: what is looked for before the rules, those in their order before error codes. */
export function piecesOf(text: string, find: Matcher | null, rules: readonly CompiledRule[]): Piece[] {
  const layers: [Piece['mark'], Ranges][] = [];
  if (find !== null) layers.push(['found', find.ranges(text)]);
  for (const { matcher, color } of rules) layers.push([color, matcher.ranges(text)]);
  layers.push(['code', rangesOf(text, codesIn(text))]);
  const taken: { begin: number; end: number; mark: Piece['mark'] }[] = [];
  for (const [mark, ranges] of layers) {
    const before = [...taken].sort((a, b) => a.begin - b.begin);
    let next = 0;
    for (const [begin, end] of ranges) {
      while (next < before.length && before[next]!.end <= begin) next++;
      if ((before[next]?.begin ?? Infinity) >= end) taken.push({ begin, end, mark });
    }
  }
  taken.sort((a, b) => a.begin - b.begin);
  const pieces: Piece[] = [];
  let at = 0;
  for (const { begin, end, mark } of taken) {
    if (begin > at) pieces.push({ text: text.slice(at, begin), mark: 'none' });
    pieces.push({ text: text.slice(begin, end), mark });
    at = end;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), mark: 'none' });
  return pieces;
}

function rangesOf(text: string, words: readonly string[]): Ranges {
  if (words.length === 0) return [];
  const pattern = new RegExp(words.map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g');
  return Array.from(text.matchAll(pattern), ({ index, 0: found }) => [index, index + found.length]);
}
