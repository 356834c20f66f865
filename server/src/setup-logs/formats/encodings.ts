import { decodeCodePage } from './code-pages.js';

/** How the bytes of a stretch of a log are text: `bytes` is UTF-8, and a code page of Windows where it is no UTF-8. */
export type Encoding = 'bytes' | 'utf-16le' | 'utf-16be';

// A mark in the middle is no text either; whoever reads lines takes it off.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const wide = {
  'utf-16le': new TextDecoder('utf-16le', { ignoreBOM: true }),
  'utf-16be': new TextDecoder('utf-16be', { ignoreBOM: true }),
};

/** Null where the bytes are no UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

/** UTF-8, or what old writers use. */
export function decodeBytes(bytes: Uint8Array): string {
  return decodeUtf8(bytes) ?? decodeCodePage(bytes);
}

/** Half a character at the end is no text. */
export function decodeWide(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be'): string {
  return wide[encoding].decode(bytes.subarray(0, bytes.length & ~1));
}

export interface Mark {
  at: number;
  length: number;
  encoding: Encoding;
}

/** The byte order mark that stands at a place. */
export function markAt(bytes: Uint8Array, at: number): Mark | null {
  const first = bytes[at];
  const second = bytes[at + 1];
  if (first === 0xff && second === 0xfe) return { at, length: 2, encoding: 'utf-16le' };
  if (first === 0xfe && second === 0xff) return { at, length: 2, encoding: 'utf-16be' };
  if (first === 0xef && second === 0xbb && bytes[at + 2] === 0xbf) return { at, length: 3, encoding: 'bytes' };
  return null;
}

/** The first mark of UTF-16 within bytes that are no UTF-8: no text of eight bits has these two. */
export function wideMarkIn(bytes: Uint8Array): Mark | null {
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const mark = markAt(bytes, at) ?? (at > 0 ? markAt(bytes, at - 1) : null);
    if (mark !== null) return mark;
  }
  return null;
}

/** What English text and the punctuation of logs consist of. */
export function isPlain(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x20 && byte < 0x7f) || byte === 9 || byte === 10 || byte === 13);
}

/** Whether bytes are no text of eight bits: no UTF-8, or with control characters, as half the letters of many scripts have. */
export function isNoText(bytes: Uint8Array): boolean {
  return decodeUtf8(bytes) === null || bytes.some((byte) => (byte < 0x20 && !isPlain(byte)) || byte === 0x7f);
}

export function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** Behind the last line end in characters of UTF-16, low byte first; the beginning where there is none. */
export function lastLineEnd(bytes: Uint8Array, at: number, to: number): number {
  let end = to;
  while (end > at && !(bytes[end - 2] === 10 && bytes[end - 1] === 0)) end -= 2;
  return end;
}

/** Two characters of UTF-16, low byte first, of which each has a zero for its high byte. */
export function startsWide(bytes: Uint8Array, at: number): boolean {
  return bytes[at] !== 0 && bytes[at + 1] === 0 && bytes[at + 2] !== 0 && bytes[at + 3] === 0;
}
