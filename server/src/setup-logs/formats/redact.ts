import { hint, hintsIn } from './hints.js';
import { hidden, isSuspicious, withoutAssigned, withoutProperties, withoutSecrets, type Name } from './secrets.js';

/** Names beyond these are not learned: Windows Installer's packages hide a handful. */
const mostHiddenNames = 10_000;
const fewNames = 20;
/** Parts of a property's name, with points between them, up to which it is found within a longer text. */
const mostParts = 4;

/**
 * Redacts the lines of one log in their order: what it learns of hidden properties holds for the lines that follow.
 * Windows Installer prints every property with its value, and command lines hold passwords; a log is redacted line by
 * line before anything else reads it, so that no record, cause, export or table can carry one.
 */
export class Redactor {
  private readonly names = new Set<string>();
  private inKey = false;

  /** @param hiddenProperties properties known to be hidden, beyond those with a telling name */
  constructor(hiddenProperties: Iterable<string> = []) {
    this.learn(hiddenProperties);
  }

  /** @param hints what the line may hold, where that is known */
  redact(line: string, hints = hintsIn(line)): string {
    if (this.inKey) return this.redactKey(line);
    let text = line;
    if ((hints & hint.secret) !== 0 && isSuspicious(text)) {
      this.learn(hiddenProperties(text));
      if (text.includes('PRIVATE KEY-----')) return this.redactKey(text);
      text = withoutSecrets(text);
    }
    return this.names.size > 0 ? this.redactHidden(text) : text;
  }

  private redactHidden(text: string): string {
    if (!this.mayName(text)) return text;
    const names = this.namesIn(text);
    if (names.length === 0) return text;
    const shorter = withoutProperties(text, names);
    // What is hidden already stays as it is.
    return withoutAssigned(
      shorter,
      this.namesIn(shorter).filter(({ end }) => !/^\s{0,9}=\s{0,9}\*/.test(shorter.slice(end, end + 20))),
    );
  }

  /** To look for each of a few names takes less time than to look at each word. */
  private mayName(text: string): boolean {
    if (this.names.size > fewNames) return true;
    for (const name of this.names) if (text.includes(name)) return true;
    return false;
  }

  /** Where hidden properties are named: a word, or several with points between them. */
  private namesIn(text: string): Name[] {
    const found: Name[] = [];
    const words: { start: number; end: number }[] = [];
    for (const { index, 0: word } of text.matchAll(/\w+/g)) {
      const before = words.at(-1);
      if (before !== undefined && !(before.end === index - 1 && text[before.end] === '.')) words.length = 0;
      words.push({ start: index, end: index + word.length });
      if (words.length > mostParts) words.shift();
      const end = index + word.length;
      const first = words.find(({ start }) => this.names.has(text.slice(start, end)));
      if (first !== undefined) found.push({ start: first.start, end, word: { start: first.start, end } });
    }
    return found;
  }

  /** A key in PEM form is of several lines: all between its marks goes. */
  private redactKey(line: string): string {
    const begins = line.indexOf('-----BEGIN');
    const ends = /-----END (?:[A-Z]+ ){0,4}PRIVATE KEY-----/.exec(line);
    const before = begins >= 0 && !this.inKey ? line.slice(0, begins) : '';
    this.inKey = ends === null;
    return before + hidden + (ends === null ? '' : line.slice(ends.index + ends[0].length));
  }

  private learn(names: Iterable<string>): void {
    for (const name of names) if (this.names.size < mostHiddenNames) this.names.add(name);
  }
}

/** The names that an `MsiHiddenProperties` line gives; Windows Installer's way to keep values out of its log. */
export function hiddenProperties(line: string): string[] {
  let quote = -1;
  for (const { index, 0: found, 1: sign } of line.matchAll(/\bMsiHiddenProperties\b\s*(=|property\b)/g)) {
    let from = index + found.length;
    if (sign !== '=') {
      // Looked for once: several mentions may lead to the same quote, or to none.
      if (quote < from) quote = line.indexOf("'", from);
      if (quote === -1) break;
      from = quote + 1;
    }
    const names = /^\s{0,9}([\w.;]+)/.exec(line.slice(from))?.[1];
    if (names !== undefined) return names.split(';').filter((name) => /^\w[\w.]*$/.test(name));
  }
  return [];
}
