type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** Takes a line: its text, its number from 1, its first byte, and whether it is a part of one that was too long. */
export type TakeLine = (text: string, number: number, offset: number, split: boolean) => void;

/** The longest line that is held in memory, in bytes; a longer one comes in parts. */
export const longestLine = 1024 * 1024;

const decoders = {
  'utf-8': new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }),
  'utf-16le': new TextDecoder('utf-16le', { ignoreBOM: true }),
  'utf-16be': new TextDecoder('utf-16be', { ignoreBOM: true }),
  'windows-1252': new TextDecoder('windows-1252'),
};
const nothing = new Uint8Array(0);

/**
 * Cuts a growing file into lines, whatever the pieces in which it is read: UTF-16 by its byte order mark or by the zero
 * bytes of its first two characters, else UTF-8, and a line that is no UTF-8 is Windows-1252, what old writers use.
 */
export class LineReader {
  private encoding: Encoding | null = null;
  private held: Uint8Array = nothing;
  private offset = 0;
  private number = 1;
  /** A part of the line that is held was given out already. */
  private inParts = false;

  /** @param take told of each line as soon as its end is there */
  constructor(private readonly take: TakeLine) {}

  /** Byte at which the line begins whose end has not been read yet. */
  get heldFrom(): number {
    return this.offset;
  }

  push(chunk: Uint8Array): void {
    let bytes = this.held.length === 0 ? chunk : joined(this.held, chunk);
    if (this.encoding === null) {
      if (bytes.length < 4) {
        this.held = bytes.slice();
        return;
      }
      bytes = this.begin(bytes);
    }
    const end = this.endOfLastLine(bytes);
    if (end > 0) this.takeLines(bytes.subarray(0, end));
    let rest = bytes.subarray(end);
    while (rest.length > longestLine) rest = this.takePart(rest);
    // A copy: the chunk's memory may be used again for the next one.
    this.held = rest.length === 0 ? nothing : rest.slice();
  }

  /** Gives out what has no line end: the file is at its end. */
  end(): void {
    const rest = this.encoding === null && this.held.length > 0 ? this.begin(this.held) : this.held;
    if (rest.length > 0) this.takeOne(rest);
    this.held = nothing;
  }

  private begin(bytes: Uint8Array): Uint8Array {
    const [first, second, third, fourth] = bytes;
    let mark = 0;
    this.encoding = 'utf-8';
    if (first === 0xff && second === 0xfe) [this.encoding, mark] = ['utf-16le', 2];
    else if (first === 0xfe && second === 0xff) [this.encoding, mark] = ['utf-16be', 2];
    else if (first === 0xef && second === 0xbb && third === 0xbf) mark = 3;
    else if (first !== 0 && second === 0 && third !== 0 && fourth === 0) this.encoding = 'utf-16le';
    else if (first === 0 && second !== 0 && third === 0 && fourth !== 0 && fourth !== undefined)
      this.encoding = 'utf-16be';
    this.offset += mark;
    return bytes.subarray(mark);
  }

  private get wide(): boolean {
    return this.encoding !== 'utf-8';
  }

  private endOfLastLine(bytes: Uint8Array): number {
    if (!this.wide) return bytes.lastIndexOf(10) + 1;
    const low = this.encoding === 'utf-16le' ? 0 : 1;
    for (let at = bytes.length - (bytes.length % 2) - 2; at >= 0; at -= 2)
      if (bytes[at + low] === 10 && bytes[at + 1 - low] === 0) return at + 2;
    return 0;
  }

  /** Whole lines, decoded in one go where that is possible. */
  private takeLines(bytes: Uint8Array): void {
    const text = this.decodeWhole(bytes);
    if (text === null) {
      for (let from = 0; from < bytes.length;) {
        const end = bytes.indexOf(10, from) + 1;
        this.takeOne(bytes.subarray(from, end));
        this.nextLine();
        from = end;
      }
      return;
    }
    const oneByteEach = !this.wide && text.length === bytes.length;
    const begin = this.offset;
    for (let from = 0; from < text.length;) {
      const end = text.indexOf('\n', from);
      const stop = end > from && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
      const at = this.offset - begin;
      const size = oneByteEach ? end + 1 - from : this.wide ? 2 * (end + 1 - from) : bytes.indexOf(10, at) + 1 - at;
      if (size > longestLine) this.takeOne(bytes.subarray(at, at + size));
      else {
        this.take(text.slice(from, stop), this.number, this.offset, this.inParts);
        this.offset += size;
      }
      this.nextLine();
      from = end + 1;
    }
  }

  private nextLine(): void {
    this.number++;
    this.inParts = false;
  }

  /** One line with its end, or the last without one; in parts where it is too long. */
  private takeOne(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > longestLine) rest = this.takePart(rest);
    this.take(this.decode(rest).replace(/\r?\n$/, ''), this.number, this.offset, this.inParts);
    this.offset += rest.length;
  }

  private takePart(bytes: Uint8Array): Uint8Array {
    let size = longestLine;
    // Not through the middle of a character of several bytes.
    for (let back = 0; !this.wide && back < 3 && ((bytes[size] ?? 0) & 0xc0) === 0x80; back++) size--;
    this.inParts = true;
    this.take(this.decode(bytes.subarray(0, size)), this.number, this.offset, true);
    this.offset += size;
    return bytes.subarray(size);
  }

  private decode(bytes: Uint8Array): string {
    return this.decodeWhole(bytes) ?? decoders['windows-1252'].decode(bytes);
  }

  /** The text of bytes; null where they are no UTF-8. */
  private decodeWhole(bytes: Uint8Array): string | null {
    try {
      // A half character at the end of UTF-16 is no text.
      return decoders[this.encoding ?? 'utf-8'].decode(this.wide ? bytes.subarray(0, bytes.length & ~1) : bytes);
    } catch {
      return null;
    }
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
