import { FspError } from '../errors.js';
import { decodeWindows1252 } from '../windows-1252.js';

/**
 * The text of a report's bytes. Clients send UTF-16LE with a byte order mark; UTF-8, UTF-16BE and reports without a
 * mark are seen too, and the XML declaration is no witness: real UTF-8 reports declare UTF-16. So the mark decides, then
 * the zero bytes around the first `<`, then whether it is valid UTF-8, which text of another encoding is but by a rare
 * chance, and only then the declaration.
 * @throws FspError FSP_REPORT_ENCODING where bytes have no meaning in the encoding: nothing is replaced in silence
 */
export function decodeText(body: Uint8Array): string {
  const bytes = withoutZeroes(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  const wide = wideEncoding(bytes);
  try {
    return wide === null ? new TextDecoder('utf-8', { fatal: true }).decode(bytes) : utf16(bytes, wide);
  } catch (cause) {
    const declared = wide === null ? inDeclared(bytes) : null;
    if (declared !== null) return declared;
    const what = wide?.toUpperCase() ?? 'UTF-8, nor in an encoding that it declares';
    throw new FspError('FSP_REPORT_ENCODING', `The body is no valid ${what}; send the report as UTF-16LE or UTF-8`, {
      cause,
    });
  }
}

/** The first bytes of what was refused, for people to read: what has no meaning is shown as U+FFFD. */
export function readableText(begin: Uint8Array): string {
  const all = Buffer.from(begin.buffer, begin.byteOffset, begin.byteLength);
  const bytes = withoutZeroes(all);
  if (bytes.length === 0) return all.toString();
  const wide = wideEncoding(bytes);
  if (wide !== null) return unitsOf(bytes.subarray(0, bytes.length - (bytes.length % 2)), wide).toWellFormed();
  try {
    // Its last character may be cut.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return inDeclared(bytes) ?? bytes.toString();
  }
}

/** Byte order marks, as {@link decodeText} takes them. */
const marks = [
  [0xff, 0xfe],
  [0xfe, 0xff],
  [0xef, 0xbb, 0xbf],
];

/**
 * Whether bytes that begin so can still be a report: behind marks, zeroes and white space, in whatever encoding, the
 * first of them is a `<`. So that rubbish of many megabytes need not be read to its end.
 */
export function mayBeReport(first: Uint8Array): boolean {
  for (let at = 0; at < first.length;) {
    const here = at;
    const mark = marks.find((bytes) =>
      bytes.every((byte, index) => here + index >= first.length || first[here + index] === byte),
    );
    if (mark !== undefined) at += mark.length;
    else if ([0x00, 0x09, 0x0a, 0x0d, 0x20].includes(first[at]!)) at++;
    else return first[at] === 0x3c;
  }
  return true;
}

/**
 * Clients count the zero that ends their string in memory as part of it, and a mark that was lost leaves zeroes: what
 * stands around the text is none of it. A zero behind a character of UTF-16 stays where the number of bytes needs it.
 */
function withoutZeroes(bytes: Buffer): Buffer {
  let begin = 0;
  while (bytes[begin] === 0) begin++;
  // Big-endian text begins with a zero of its own.
  if (begin % 2 !== 0 && bytes[begin + 1] === 0 && bytes[begin + 2] !== 0) begin--;
  let end = bytes.length;
  while (end > begin && bytes[end - 1] === 0) end--;
  if ((end - begin) % 2 !== 0 && end < bytes.length && wideEncoding(bytes.subarray(begin, end)) !== null) end++;
  return bytes.subarray(begin, end);
}

function wideEncoding(bytes: Buffer): 'utf-16le' | 'utf-16be' | null {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first !== 0 && second === 0) return 'utf-16le';
  if (first === 0 && second !== 0) return 'utf-16be';
  return null;
}

/** Bytes that are no UTF-8, in the encoding that they declare; null where they declare none or are none of it either. */
function inDeclared(bytes: Buffer): string | null {
  const label = /^\s*<\?xml[^>]*encoding\s*=\s*["']([\w.:-]+)["']/.exec(bytes.toString('latin1', 0, 200))?.[1];
  if (label === undefined) return null;
  try {
    const decoder = new TextDecoder(label, { fatal: true });
    if (decoder.encoding.startsWith('utf-')) return null;
    return decoder.encoding === 'windows-1252' ? decodeWindows1252(bytes) : decoder.decode(bytes);
  } catch {
    return null;
  }
}

function utf16(bytes: Buffer, encoding: 'utf-16le' | 'utf-16be'): string {
  if (bytes.length % 2 !== 0) throw new Error('odd number of bytes');
  const text = unitsOf(bytes, encoding);
  if (!text.isWellFormed()) throw new Error('lone surrogate');
  return text;
}

/** An even number of bytes without their mark. */
function unitsOf(bytes: Buffer, encoding: 'utf-16le' | 'utf-16be'): string {
  const marked = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const words = marked ? bytes.subarray(2) : bytes;
  // Buffer's own decoder is many times faster than TextDecoder, but takes little-endian only and lone surrogates too.
  return (encoding === 'utf-16le' ? words : Buffer.from(words).swap16()).toString('utf16le');
}

/** What was done to a report whose bytes begin so, as an error that names it; null where nothing of it shows. */
export function wrapped(first: Uint8Array): FspError | null {
  if (first[0] === 0x1f && first[1] === 0x8b)
    return new FspError('FSP_REPORT_ENCODING', 'The body is compressed with gzip; send it without compression');
  // A boundary has at most 70 characters (RFC 2046).
  const begin = Buffer.from(first.subarray(0, 80)).toString('latin1');
  if (/^(?:\r\n)?--[^\s<]{1,70}\r?\n/.test(begin))
    return new FspError('FSP_REPORT_NOT_XML', 'The body is a multipart form; send the report itself as the body');
  return null;
}
