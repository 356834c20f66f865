import { FspError } from '../errors.js';
import { ReportReading } from './reading.js';
import type { Report } from './types.js';

/** Elements whose attributes are data. Of all others it is enough that they are well formed. */
const attributed = new Set(['StateMessage', 'Topic', 'State']);
/** More than the plain shape has: the strict reader's part. */
const mostAttributes = 12;
const noAttributes: Record<string, string> = {};

const tab = 0x09;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const quote = 0x22;
const hyphen = 0x2d;
const dot = 0x2e;
const slash = 0x2f;
const equals = 0x3d;
const greater = 0x3e;

const declaration = /^<\?xml version="1\.0"(?: encoding="[A-Za-z][\w.-]{0,39}")? ?\?>/;
/** What XML does not allow, what stands for something else, and what has rules of its own. */
const unusual = /[^\t\n\r\u0020-\u0025\u0027-\ufffd]|<[!?]|\]\]>/;
const forbidden = /[^\t\n\r\u0020-\ufffd]/;
const cdataBegin = '<![CDATA[';
const cdataEnd = ']]>';

/**
 * Reads a report in the shape that clients send, at two thirds of what a parser of all XML costs: elements, attributes in
 * double quotes, text, CDATA. Whatever else there is – entities, comments, another error – gives null, and the strict
 * reader decides. What this reader accepts, that one accepts with the same result: a test compares them on generated
 * reports, hostile ones included.
 */
export function readPlain(text: string): Report | null {
  const head = declaration.exec(text)?.[0].length ?? 0;
  const plain = new PlainReading(text, head);
  try {
    return plain.read() ? plain.reading.report() : null;
  } catch (error) {
    // Where both find something wrong, the strict reader says what.
    if (error instanceof FspError) return null;
    throw error;
  }
}

class PlainReading {
  readonly reading = new ReportReading();
  private readonly open: string[] = [];
  private at: number;

  constructor(
    private readonly text: string,
    start: number,
  ) {
    this.at = start;
  }

  /** False where the text is not plain. */
  read(): boolean {
    const { text, open } = this;
    const cdata = text.includes(cdataBegin);
    const rest = cdata ? withoutCdata(text, this.at) : this.at === 0 ? text : text.slice(this.at);
    if (rest === null || unusual.test(rest)) return false;
    let gathered = '';
    let closed = false;
    for (;;) {
      const next = text.indexOf('<', this.at);
      if (next === -1) return closed && this.blank(this.at, text.length);
      if (open.length === 0 && (closed || !this.blank(this.at, next))) return false;
      if (cdata && text.startsWith(cdataBegin, next)) {
        const end = text.indexOf(cdataEnd, next);
        if (open.length === 0 || end === -1) return false;
        gathered += text.slice(this.at, next) + text.slice(next + cdataBegin.length, end);
        this.at = end + cdataEnd.length;
        continue;
      }
      if (text.charCodeAt(next + 1) === slash) {
        const name = open.pop();
        if (name === undefined || !text.startsWith(name, next + 2)) return false;
        const end = next + 2 + name.length;
        if (text.charCodeAt(end) !== greater) return false;
        const words = gathered + text.slice(this.at, next);
        // Line ends are one character, whatever they were.
        if (words.includes('\r')) {
          if (words.trim() !== '') return false;
          this.reading.close(name, words.replaceAll(/\r\n?/g, '\n'));
        } else this.reading.close(name, words);
        this.at = end + 1;
        closed = open.length === 0;
      } else {
        this.at = next + 1;
        if (!this.tag()) return false;
        closed = open.length === 0;
      }
      gathered = '';
    }
  }

  /** A tag that opens an element, from behind its `<`. */
  private tag(): boolean {
    const { text } = this;
    const name = this.name();
    if (name === '') return false;
    // Names of attributes that are data are told from what every object has: `__proto__` is none of them.
    const attributes: Record<string, string> | null = attributed.has(name) ? {} : null;
    let names: string[] | null = null;
    for (;;) {
      const begin = this.at;
      while (isSpace(text.charCodeAt(this.at))) this.at++;
      const code = text.charCodeAt(this.at);
      if (code === greater || code === slash) {
        const empty = code === slash;
        if (empty && text.charCodeAt(this.at + 1) !== greater) return false;
        this.at += empty ? 2 : 1;
        this.reading.open(name, attributes ?? noAttributes);
        if (empty) this.reading.close(name, '');
        else this.open.push(name);
        return true;
      }
      if (this.at === begin) return false;
      const attribute = this.name();
      if (attribute === '' || text.charCodeAt(this.at) !== equals || text.charCodeAt(this.at + 1) !== quote)
        return false;
      const end = text.indexOf('"', this.at + 2);
      if (end === -1) return false;
      if (names === null) names = [attribute];
      else if (names.length === mostAttributes || names.includes(attribute)) return false;
      else names.push(attribute);
      const value = text.slice(this.at + 2, end);
      if (!isPlainValue(value)) return false;
      if (attributes !== null) attributes[attribute] = value;
      this.at = end + 1;
    }
  }

  /** A name in plain letters from here; '' where there is none. */
  private name(): string {
    const { text } = this;
    const begin = this.at;
    let code = text.charCodeAt(begin);
    if (!isLetter(code)) return '';
    do code = text.charCodeAt(++this.at);
    while (isLetter(code) || (code >= 0x30 && code <= 0x39) || code === hyphen || code === dot);
    return text.slice(begin, this.at);
  }

  private blank(from: number, to: number): boolean {
    for (let at = from; at < to; at++) if (!isSpace(this.text.charCodeAt(at))) return false;
    return true;
  }
}

/** The text from there on without its CDATA, found in one pass; null where that does not end or holds what XML forbids. */
function withoutCdata(text: string, from: number): string | null {
  let rest = '';
  for (let at = from; ;) {
    const begin = text.indexOf(cdataBegin, at);
    if (begin === -1) return rest + text.slice(at);
    const end = text.indexOf(cdataEnd, begin);
    if (end === -1 || forbidden.test(text.slice(begin, end))) return null;
    rest += text.slice(at, begin);
    at = end + cdataEnd.length;
  }
}

function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f;
}

function isSpace(code: number): boolean {
  return code === space || code === lineFeed || code === carriageReturn || code === tab;
}

/** Without `<`, which XML forbids there, and line ends and tabs, which stand for blanks. */
function isPlainValue(value: string): boolean {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code < space || code === 0x3c) return false;
  }
  return true;
}
