import { formatOf } from './detect.js';
import {
  decodeBytes,
  decodeUtf8,
  decodeWide,
  isNoText,
  isPlain,
  joined,
  lastLineEnd,
  markAt,
  startsWide,
  wideMarkIn,
  type Encoding,
} from './encodings.js';

/** Takes a line: its text, its number from 1, its first byte, and whether it is a part of one that was too long. */
export type TakeLine = (text: string, number: number, offset: number, split: boolean) => void;

/** The longest line that is held in memory, in bytes; a longer one comes in parts. */
export const longestLine = 1024 * 1024;

/** So many bytes become text in one go, where lines are not longer. */
const blockSize = 32 * 1024;
const nothing = new Uint8Array(0);
/** What is returned where the bytes so far do not tell how to go on. */
const more = -1;
/** Characters of UTF-16 from U+2C00 on, in a row, whose bytes are plain text each: no script has words of such. */
const plainUnits = 10;
/** So many bytes of a last line that are UTF-8 are not UTF-16 by chance. */
const tellingBytes = 24;
/** A zero for a character, or what bytes of plain text would be as UTF-16LE: it needs a closer look. */
const unlikely = /\0|\u0a0d|[\u0d00-\u0dff]|[\u0909-\u7e7f]{10}/;

/**
 * Cuts a growing file into lines, whatever the pieces in which it is read.
 *
 * A log is not always of one encoding: PowerShell's `>>` goes on in UTF-16 where a program wrote UTF-8, and the other
 * way round, also in the middle of a line; a crash leaves a block of zeroes, or zeroes where the byte order mark was.
 * So a file counts as a row of stretches. Bytes are UTF-8 – a line that is none is Windows-1252 – until a byte order
 * mark or two characters with a zero byte each; UTF-16 ends where bytes are plain text. Zeroes are never text. What is
 * decided at a byte rests on that line and a few bytes behind, so it is the same for all pieces.
 */
export class LineReader {
  private held: Uint8Array = nothing;
  /** Byte of the file at which what is held begins. */
  private offset = 0;
  /** Null at the beginning, before it is known. */
  private encoding: Encoding | null = null;
  /** Zeroes are passed over: what comes behind them tells its encoding anew. */
  private skipping = false;
  /** Byte at which the stretch of this encoding began: characters of UTF-16 stand at even distances. */
  private stretchFrom = 0;
  /** Byte at which UTF-16 was last found to end: it does not begin again there, or the two would go on for ever. */
  private wideEndedAt = -1;
  /** The line whose end has not been read: its first byte, and its text so far where something was decided in it. */
  private lineFrom = 0;
  private begun = '';
  /** Up to this byte UTF-16 has something unlikely in it, and is read closely. */
  private closelyUntil = 0;
  /** Between these two bytes is no line feed: a long line with many zeroes is searched for its end once, not at each. */
  private noFeedFrom = 0;
  private noFeedUntil = 0;
  private number = 1;
  /** A part of that line was given out already. */
  private inParts = false;

  /** @param take told of each line as soon as its end is there */
  constructor(private readonly take: TakeLine) {}

  /** Byte at which the line begins whose end has not been read yet. */
  get heldFrom(): number {
    return this.lineFrom;
  }

  /** @param chunk the bytes that follow; its memory is the caller's again as soon as this returns */
  push(chunk: Uint8Array): void {
    this.read(this.held.length === 0 ? chunk : joined(this.held, chunk), false);
  }

  /** Gives out what has no line end: the file is at its end. */
  end(): void {
    this.read(this.held, true);
    if (this.begun !== '') this.finish('', this.offset);
  }

  private read(bytes: Uint8Array, last: boolean): void {
    let at = 0;
    while (at < bytes.length) {
      const next = this.step(bytes, at, last);
      if (next === more) break;
      this.offset += next - at;
      at = next;
    }
    // A copy: the chunk's memory may be used again for the next one. Not slice(): that of a Buffer shares its memory.
    this.held = at === bytes.length ? nothing : new Uint8Array(bytes.subarray(at));
  }

  /** Reads from a place as far as one rule goes. */
  private step(bytes: Uint8Array, at: number, last: boolean): number {
    if (this.skipping) return this.passZeroes(bytes, at, last);
    if (this.encoding === null) return this.begin(bytes, at, last);
    return this.encoding === 'bytes' ? this.readBytes(bytes, at, last) : this.readWide(bytes, at, last, this.encoding);
  }

  private begin(bytes: Uint8Array, at: number, last: boolean): number {
    if (bytes.length - at < 4 && !last) return more;
    const mark = markAt(bytes, at);
    if (mark === null && bytes[at] === 0) {
      // One zero, a letter, one zero, a letter: UTF-16 with the larger byte first. More zeroes are of a lost mark.
      if (bytes[at + 1] !== 0 && bytes[at + 2] === 0 && isPlain(bytes[at + 1]) && isPlain(bytes[at + 3])) {
        this.turnTo('utf-16be', this.offset);
        return at;
      }
      this.skipping = true;
      return at;
    }
    const from = at + (mark?.length ?? 0);
    this.turnTo(mark?.encoding ?? (startsWide(bytes, at) ? 'utf-16le' : 'bytes'), this.offset + from - at);
    return from;
  }

  /** From here on the text is of another encoding. */
  private turnTo(encoding: Encoding, offset: number): void {
    this.encoding = encoding;
    this.stretchFrom = offset;
    if (this.begun === '' && !this.inParts) this.lineFrom = offset;
  }

  private passZeroes(bytes: Uint8Array, at: number, last: boolean): number {
    let from = at;
    while (bytes[from] === 0) from++;
    if (from === bytes.length) return from;
    const { encoding } = this;
    const offset = this.offset + from - at;
    // A line end is one at once: nothing behind it may change what was given out.
    const lineEnd = encoding === 'utf-16le' ? bytes[from + 1] === 0 : bytes[from] === 10;
    if (bytes.length - from < 4 && !lineEnd && !last) return more;
    this.skipping = false;
    const mark = markAt(bytes, from);
    if (mark !== null) {
      this.turnTo(mark.encoding, offset + mark.length);
      return from + mark.length;
    }
    if (encoding === null || encoding === 'bytes') {
      const wide = bytes[from] !== 10 && (startsWide(bytes, from) || (encoding === null && bytes[from + 1] === 0));
      this.turnTo(wide ? 'utf-16le' : 'bytes', offset);
    } else if (encoding === 'utf-16le' && bytes[from + 1] === 0) this.turnTo(encoding, offset);
    else if (bytes[from] !== 10 && [0, 1, 2, 3].every((place) => isPlain(bytes[from + place])))
      this.turnTo('bytes', offset);
    else {
      if (this.begun === '' && !this.inParts) this.lineFrom = offset;
      // Half of this character was among the zeroes.
      if ((offset - this.stretchFrom) % 2 !== 0) {
        const byte = bytes[from] ?? 0;
        this.keep(String.fromCharCode(encoding === 'utf-16le' ? byte << 8 : byte), offset + 1);
        return from + 1;
      }
    }
    return from;
  }

  private readBytes(bytes: Uint8Array, at: number, last: boolean): number {
    // Some lines at a time: a long text takes longer to make than many short ones.
    const lines = bytes.subarray(at, at + blockSize);
    const whole = lines.indexOf(0) < 0 ? lines.lastIndexOf(10) + 1 : 0;
    if (whole > 0) return at + this.takeLines(lines.subarray(0, whole));
    return this.readBytesFar(bytes, at, last);
  }

  /** Likewise where a line is longer than that, or has a zero in it. */
  private readBytesFar(bytes: Uint8Array, at: number, last: boolean): number {
    const zero = bytes.indexOf(0, at);
    const limit = zero < 0 ? bytes.length : zero;
    const lines = bytes.subarray(at, limit).lastIndexOf(10) + 1;
    if (lines > 0) return at + this.takeLines(bytes.subarray(at, at + lines));
    if (limit - at > longestLine) return at + this.takePart(bytes.subarray(at, limit), this.offset, 'bytes');
    if (zero >= 0) return this.atZero(bytes, at, zero, last);
    if (!last) return more;
    const rest = bytes.subarray(at);
    if (this.turnAtMark(rest, this.offset)) return at + rest.length;
    this.finish(decodeBytes(rest), this.offset + rest.length);
    return bytes.length;
  }

  /** A zero in a line of bytes: the second half of a character of UTF-16, or nothing. */
  private atZero(bytes: Uint8Array, at: number, zero: number, last: boolean): number {
    let behind = zero;
    while (bytes[behind] === 0) behind++;
    if (bytes.length - behind < 2 && behind - zero < 4 && bytes[behind] !== 10 && !last) return more;
    const line = bytes.subarray(at, zero);
    const mark = wideMarkIn(line);
    if (mark !== null) {
      this.keep(decodeBytes(line.subarray(0, mark.at)), this.offset + mark.at);
      this.turnTo(mark.encoding, this.offset + mark.at + mark.length);
      return at + mark.at + mark.length;
    }
    const oneZero = behind - zero === 1 && zero > at && bytes[behind] !== 10;
    const wide = oneZero && (bytes[behind + 1] === 0 || this.endsWide(bytes, at, zero - 1, last));
    if (wide === null) return more;
    if (wide) {
      // Characters before the first one with a zero: of this stretch too, where they cannot be bytes – unless UTF-16 was
      // found to end at this very place.
      const before = bytes.subarray(at, zero - 1);
      const mayBegin = this.wideEndedAt !== this.offset;
      const from = mayBegin && before.length % 2 === 0 && isNoText(before) ? at : zero - 1;
      this.keep(decodeBytes(bytes.subarray(at, from)), this.offset + from - at);
      this.turnTo('utf-16le', this.offset + from - at);
      return from;
    }
    // The zero may be the first half of a character, as of U+5F00, in a line that cannot be bytes.
    if (behind - zero === 1 && line.length % 2 === 0 && this.wideEndedAt !== this.offset && isNoText(line)) {
      const ends = this.endsWide(bytes, at, at, last);
      if (ends === null) return more;
      if (ends) {
        this.turnTo('utf-16le', this.offset);
        return at;
      }
    }
    this.keep(decodeBytes(line), this.offset + zero - at);
    this.skipping = true;
    return zero;
  }

  /**
   * True where a line that has a zero for the second half of a character, but not for that of the next one, ends as
   * UTF-16 does: its line end at an even distance, with a zero. Null where the line's end is not there yet.
   */
  private endsWide(bytes: Uint8Array, at: number, from: number, last: boolean): boolean | null {
    const end = this.lineFeed(bytes, at, from);
    if (end < 0 || end + 1 === bytes.length) return last || bytes.length - from > longestLine ? false : null;
    return (end - from) % 2 === 0 && bytes[end + 1] === 0;
  }

  /** The first line feed from a place on; -1 where there is none. */
  private lineFeed(bytes: Uint8Array, at: number, from: number): number {
    const begin = this.offset - at;
    const known = begin + from >= this.noFeedFrom && begin + from <= this.noFeedUntil;
    if (!known) this.noFeedFrom = begin + from;
    const feed = bytes.indexOf(10, known ? this.noFeedUntil - begin : from);
    this.noFeedUntil = begin + (feed < 0 ? bytes.length : feed);
    return feed;
  }

  /** Whole lines of bytes, decoded in one go where that is possible; returns how many bytes it took. */
  private takeLines(bytes: Uint8Array): number {
    const text = decodeUtf8(bytes);
    if (text !== null) {
      const oneByteEach = text.length === bytes.length;
      this.takeText(text, bytes, (from, textSize) => (oneByteEach ? textSize : bytes.indexOf(10, from) + 1 - from));
      return bytes.length;
    }
    for (let from = 0; from < bytes.length;) {
      const end = bytes.indexOf(10, from) + 1;
      const one = bytes.subarray(from, end);
      if (this.turnAtMark(one, this.offset + from)) return from + (this.stretchFrom - this.offset - from);
      this.takeLong(one, this.offset + from, 'bytes');
      from = end;
    }
    return bytes.length;
  }

  /** True where a byte order mark stands in a line of bytes: what comes behind it is read as it says. */
  private turnAtMark(line: Uint8Array, offset: number): boolean {
    const mark = wideMarkIn(line);
    if (mark === null) return false;
    this.keep(decodeBytes(line.subarray(0, mark.at)), offset + mark.at);
    this.turnTo(mark.encoding, offset + mark.at + mark.length);
    return true;
  }

  private readWide(bytes: Uint8Array, at: number, last: boolean, encoding: 'utf-16le' | 'utf-16be'): number {
    const low = encoding === 'utf-16le' ? 0 : 1;
    const whole = at + ((bytes.length - at) & ~1);
    const closely = low === 1 || this.offset < this.closelyUntil;
    const near = Math.min(whole, at + blockSize);
    let end = closely ? at : lastLineEnd(bytes, at, near);
    if (end === at && !closely && near < whole) end = lastLineEnd(bytes, at, whole);
    if (end > at) {
      const block = bytes.subarray(at, end);
      const text = decodeWide(block, encoding);
      if (!unlikely.test(text)) {
        this.takeText(text, block, (_from, textSize) => 2 * textSize);
        return end;
      }
    }
    // The beginning of a line of which nothing is unlikely so far: its end is waited for.
    else if (!closely && !last && whole - at <= longestLine) {
      if (!unlikely.test(decodeWide(bytes.subarray(at, whole), encoding))) return more;
    }
    this.closelyUntil = this.offset + (end > at ? end : whole) - at;
    return this.readWideClosely(bytes, { at, whole, last }, encoding);
  }

  /** UTF-16, character by character: up to zeroes, or to bytes of plain text. */
  private readWideClosely(
    bytes: Uint8Array,
    { at, whole, last }: { at: number; whole: number; last: boolean },
    encoding: 'utf-16le' | 'utf-16be',
  ): number {
    const low = encoding === 'utf-16le' ? 0 : 1;
    const { offset } = this;
    let from = at;
    // Where in this line the last zero byte was seen, how many characters of plain bytes came since, whether a CR LF was.
    let behindZero = at;
    let plain = 0;
    let plainFrom = at;
    let ended = false;
    const turn = (begin: number) => {
      this.keep(decodeWide(bytes.subarray(from, begin), encoding), offset + begin - at);
      this.wideEndedAt = offset + begin - at;
      this.turnTo('bytes', this.wideEndedAt);
      return begin;
    };
    for (let i = from; i < whole; i += 2) {
      const lowByte = bytes[i + low]!;
      const highByte = bytes[i + 1 - low]!;
      if (lowByte === 0 || highByte === 0) {
        plain = 0;
        plainFrom = behindZero = i + 2;
        if (lowByte === 0 && highByte === 0) {
          this.keep(decodeWide(bytes.subarray(from, i), encoding), offset + i - at);
          this.skipping = true;
          return i;
        }
        if (lowByte !== 10) continue;
        this.takeLong(bytes.subarray(from, i + 2), offset + from - at, encoding);
        from = i + 2;
        ended = false;
        continue;
      }
      if (!isPlain(lowByte) || !isPlain(highByte)) {
        plain = 0;
        plainFrom = i + 2;
      } else if (highByte >= 0x2c && ++plain === plainUnits) {
        // What stands before them, from the last zero on, is of this stretch too: surely where a line begins there.
        const bytesBefore = behindZero === from || decodeUtf8(bytes.subarray(behindZero, plainFrom)) !== null;
        return turn(bytesBefore ? behindZero : plainFrom);
      }
      const lineEnd =
        bytes[i] === 13 && bytes[i + 1] === 10 ? i : bytes[i + 1] === 13 && bytes[i + 2] === 10 ? i + 1 : -1;
      if (lineEnd >= 0 && !ended && behindZero === from) {
        ended = true;
        if (lineEnd > from && decodeUtf8(bytes.subarray(from, lineEnd)) !== null) return turn(from);
      }
    }
    if (from > at) return from;
    if (whole - at > longestLine) return at + this.takePart(bytes.subarray(at, whole), offset, encoding);
    if (!last) return more;
    const rest = bytes.subarray(at);
    // Letters beyond ASCII are told from characters of UTF-16 by a line feed, which is half of one there, or by their number.
    // Behind the last line feed anything may stand that is no text, as the 0x1A with which old editors end a file.
    const lines = rest.subarray(0, rest.lastIndexOf(10) + 1);
    const judged = lines.length >= tellingBytes ? lines : rest;
    const telling = judged.at(-1) === 10 || judged.every(isPlain) ? 4 : tellingBytes;
    if (behindZero === at && judged.length >= telling && !isNoText(judged)) return turn(at);
    this.takeLong(rest, offset, encoding);
    return bytes.length;
  }

  /** Lines of a text that ends with one; `sizeOf` tells how many bytes such a line has at a place. */
  private takeText(text: string, bytes: Uint8Array, sizeOf: (from: number, textSize: number) => number): void {
    const begin = this.offset;
    let at = 0;
    for (let from = 0; from < text.length;) {
      const end = text.indexOf('\n', from);
      const size = sizeOf(at, end + 1 - from);
      if (size > longestLine) this.takeLong(bytes.subarray(at, at + size), begin + at, this.encoding!);
      else {
        const stop = end > from && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
        this.finish(text.slice(from, stop), begin + at + size);
      }
      at += size;
      from = end + 1;
    }
  }

  /** One line with its end, or the last without one; in parts where it is too long. */
  private takeLong(bytes: Uint8Array, offset: number, encoding: Encoding): void {
    let rest = bytes;
    while (rest.length > longestLine)
      rest = rest.subarray(this.takePart(rest, offset + bytes.length - rest.length, encoding));
    const text = encoding === 'bytes' ? decodeBytes(rest) : decodeWide(rest, encoding);
    this.finish(text.replace(/\r?\n$|\r$/, ''), offset + bytes.length);
  }

  /** Gives out as much as is held of a line, and returns how many bytes that are. */
  private takePart(bytes: Uint8Array, offset: number, encoding: Encoding): number {
    let size = longestLine;
    // Not through the middle of a character of several bytes.
    for (let back = 0; encoding === 'bytes' && back < 3 && ((bytes[size] ?? 0) & 0xc0) === 0x80; back++) size--;
    const part = bytes.subarray(0, size);
    const text = encoding === 'bytes' ? decodeBytes(part) : decodeWide(part, encoding);
    const returns = lastReturn(part, encoding);
    if (!this.inParts && this.begun === '' && returns > 0 && this.endsByReturns(text)) {
      // Each is a line, but for the last, which goes on.
      this.finish(text.slice(0, text.lastIndexOf('\r') + 1), offset + returns);
      return returns;
    }
    this.inParts = true;
    this.give(text);
    this.lineFrom = offset + size;
    return size;
  }

  /** Text of the line under way, before something that was decided in its middle at a byte. */
  private keep(text: string, offset: number): void {
    this.begun += text;
    if (this.begun.length <= longestLine) return;
    this.inParts = true;
    this.give('');
    this.lineFrom = offset;
  }

  /** The line under way ends, and the next one begins at a byte. */
  private finish(text: string, next: number): void {
    this.give(text);
    this.number++;
    this.inParts = false;
    this.lineFrom = next;
  }

  private give(text: string): void {
    let line = this.begun === '' ? text : (this.begun + text).replace(/\r$/, '');
    this.begun = '';
    // Files that were put together have their marks in the middle.
    if (line.charCodeAt(0) === 0xfeff) line = line.slice(1);
    if (this.inParts || !line.includes('\r') || !this.endsByReturns(line))
      this.take(line, this.number, this.lineFrom, this.inParts);
    else this.giveByReturns(line);
  }

  /**
   * Whether CR alone ends lines here, as old editors and copies leave them: where several begin behind one, or no LF came
   * so far and nothing tells that it is one line. Otherwise it is a character of a message, such as a progress that is
   * written over.
   */
  private endsByReturns(line: string): boolean {
    let known = 0;
    for (const one of line.split(/\r+/)) if (formatOf(one) !== null && ++known > 1) return true;
    return known === 0 && this.number === 1;
  }

  /**
   * CRs at the end are part of that end. Where such a line begins is counted in characters from the LF before, of which
   * none has less than a byte.
   */
  private giveByReturns(line: string): void {
    const end = line.replace(/\r{1,9}$/, '').length;
    let from = 0;
    for (let at = line.indexOf('\r'); at >= 0 && at < end; at = line.indexOf('\r', from)) {
      this.take(line.slice(from, at), this.number++, this.lineFrom + from, false);
      from = at + 1;
    }
    this.take(line.slice(from, end), this.number, this.lineFrom + from, false);
  }
}

/** How many bytes a text has up to its last CR, and with it; 0 where there is none. */
function lastReturn(bytes: Uint8Array, encoding: Encoding): number {
  if (encoding === 'bytes') return bytes.lastIndexOf(13) + 1;
  const low = encoding === 'utf-16le' ? 0 : 1;
  for (let at = bytes.length - (bytes.length % 2) - 2; at >= 0; at -= 2)
    if (bytes[at + low] === 13 && bytes[at + 1 - low] === 0) return at + 2;
  return 0;
}
