import { crc32 } from 'node:zlib';

/**
 * A record, the one form in which anything stands in the spool's files:
 *
 * | bytes | what |
 * |---|---|
 * | 0–7 | the spool's mark: eight random bytes that no client knows, so that nothing in a body can pass for a record |
 * | 8–11 | length of the payload |
 * | 12 | the log that it belongs to |
 * | 13 | 1 the head of a segment, 2 data |
 * | 16–19 | number of its segment |
 * | 20–23 | offset in it: a record that was copied elsewhere is none |
 * | 24–31 | its number in the log, without gaps |
 * | 32–39 | the number up to which all was on disk when it was written: what is missing below was lost, not torn |
 * | 40–43 | CRC-32 of bytes 0–39 and of the payload |
 * | 44– | payload |
 *
 * Numbers are little-endian, those of eight bytes doubles.
 */
export const headerBytes = 44;
export const markBytes = 8;
const lineFeed = 10;
export const headKind = 1;
export const dataKind = 2;

export interface RecordPlace {
  mark: Buffer;
  log: number;
  segment: number;
}

export interface RecordHeader {
  kind: number;
  offset: number;
  /** Of the whole record, header included. */
  length: number;
  seq: number;
  synced: number;
}

/** Fills the header of a record whose payload stands in the buffer already. */
export function stampRecord(
  record: Buffer,
  { mark, log, segment }: RecordPlace,
  { kind, offset, seq, synced }: Omit<RecordHeader, 'length'>,
): void {
  mark.copy(record, 0);
  record.writeUInt32LE(record.length - headerBytes, 8);
  record.writeUInt32LE(log | (kind << 8), 12);
  record.writeUInt32LE(segment, 16);
  record.writeUInt32LE(offset, 20);
  record.writeDoubleLE(seq, 24);
  record.writeDoubleLE(synced, 32);
  record.writeUInt32LE(checksum(record, 0, record.length), 40);
}

/** A record with room for its header and a payload of JSON, which further lines may stand behind: JSON itself has none. */
export function jsonRecord(
  value: unknown,
  room: (bytes: number) => Buffer = Buffer.allocUnsafe,
  lines: readonly string[] = [],
): Buffer {
  const text = lines.length === 0 ? JSON.stringify(value) : `${JSON.stringify(value)}\n${lines.join('\n')}`;
  const record = room(headerBytes + Buffer.byteLength(text));
  record.write(text, headerBytes);
  return record;
}

export function jsonOf(record: Buffer): unknown {
  const end = record.indexOf(lineFeed, headerBytes);
  return JSON.parse(record.toString('utf8', headerBytes, end < 0 ? record.length : end));
}

/** The lines behind the JSON of a record. */
export function linesOf(record: Buffer): string[] {
  const end = record.indexOf(lineFeed, headerBytes);
  return end < 0 ? [] : record.toString('utf8', end + 1).split('\n');
}

/** The record that begins at `at` of the buffer and stood at `offset` of its segment; null where there is none, whole. */
export function recordAt(buffer: Buffer, at: number, offset: number, place: RecordPlace): RecordHeader | null {
  if (at + headerBytes > buffer.length || place.mark.compare(buffer, at, at + markBytes) !== 0) return null;
  const length = headerBytes + buffer.readUInt32LE(at + 8);
  if (
    at + length > buffer.length ||
    buffer[at + 12] !== place.log ||
    buffer.readUInt32LE(at + 16) !== place.segment ||
    buffer.readUInt32LE(at + 20) !== offset ||
    buffer.readUInt32LE(at + 40) !== checksum(buffer, at, length)
  )
    return null;
  return {
    kind: buffer[at + 13] ?? 0,
    offset,
    length,
    seq: buffer.readDoubleLE(at + 24),
    synced: buffer.readDoubleLE(at + 32),
  };
}

/** A piece of a segment that holds no record and is not empty, between two of which it lies. */
export interface Gap {
  offset: number;
  bytes: number;
  /** Number of the record before it; null where there is none in the segment. */
  after: number | null;
  /** Number of the record behind it; null where there is none in the segment. */
  before: number | null;
  piece?: Buffer;
}

export interface ScanResult {
  gaps: Gap[];
  /** Behind the last record. */
  end: number;
  /** True where nothing but zeroes follows the last record. */
  clean: boolean;
  last: RecordHeader | null;
}

/**
 * Goes through a segment from its first byte to its last, and through whatever happened to it: behind a damaged piece it
 * goes on with the next record that is whole. A record that is out of its order is part of the damage.
 */
export function scanRecords(
  buffer: Buffer,
  place: RecordPlace,
  visit: (header: RecordHeader) => void,
  before = Infinity,
): ScanResult {
  const gaps: Gap[] = [];
  let last: RecordHeader | null = null;
  let end = 0;
  for (let at = 0; at !== -1 && at < buffer.length;) {
    const record = recordAt(buffer, at, at, place);
    if (record !== null && record.seq > (last?.seq ?? -1) && record.seq < before) {
      // Records follow each other byte on byte; a number that is left out was in a piece that is gone.
      if (at > end || (last !== null && record.seq !== last.seq + 1))
        gaps.push({ offset: end, bytes: at - end, after: last?.seq ?? null, before: record.seq });
      visit(record);
      last = record;
      end = at + record.length;
      at = end;
    } else at = buffer.indexOf(place.mark, at + 1);
  }
  const tail = nonZeroEnd(buffer, end);
  if (tail > end) gaps.push({ offset: end, bytes: tail - end, after: last?.seq ?? null, before: null });
  return { gaps, end, clean: tail === end, last };
}

const zeroes = Buffer.alloc(64 * 1024);

/** The end of what is not zero, looked for from the back. */
function nonZeroEnd(buffer: Buffer, from: number): number {
  let end = buffer.length;
  while (end > from) {
    const start = Math.max(from, end - zeroes.length);
    if (buffer.compare(zeroes, 0, end - start, start, end) !== 0) break;
    end = start;
  }
  while (end > from && buffer[end - 1] === 0) end--;
  return end;
}

function checksum(buffer: Buffer, at: number, length: number): number {
  return crc32(buffer.subarray(at + headerBytes, at + length), crc32(buffer.subarray(at, at + 40)));
}
