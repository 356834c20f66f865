import type { StateMessageEntry } from './entries.js';
import type { Room } from './log-item.js';
import { headerBytes } from './record.js';

/**
 * The record of a report in the log `reports`. Its messages are numbered in their lane, those that failed and the
 * others apart, in the order of their arrival:
 *
 * | bytes of the payload | what |
 * |---|---|
 * | 0–7 | receivedAt of the first message |
 * | 8–15, 16–23 | number of its first message in the failed, and in the other lane |
 * | 24–25, 26–27 | number of messages, and of bodies |
 * | 28–31 | length of the JSON |
 * | 4 each | length of each body |
 * | 20 each | of each message: id (16), 1 if it failed, 0, its body (from 1; 0 for none) |
 * | | JSON: what was decoded, an array of one object a message |
 * | | the bodies as they came |
 *
 * What was decoded stands beside the bytes: reading it back costs a tenth of decoding it again for each sink, and a
 * report that was acknowledged means for ever what it meant then.
 */
const fixed = 32;
const messageBytes = 20;
const none = new Uint8Array();

export type Lane = 'failed' | 'other';
/** A place in both lanes: the number of the next message of each. */
export type LanePlace = Record<Lane, number>;

/** What the JSON has of a message. */
type Decoded = Omit<StateMessageEntry, 'kind' | 'messageId' | 'failed' | 'raw'>;

export interface ReportHeader {
  receivedAt: number;
  first: LanePlace;
  count: LanePlace;
}

/** One report's messages as a record; `numberReport` gives them their numbers. */
export function encodeReport(entries: readonly StateMessageEntry[], room: Room): Buffer {
  const bodies: Uint8Array[] = [];
  const bodyOf: number[] = [];
  const decoded: Decoded[] = [];
  for (const { receivedAt, clientAddress, machine, reportTime, message, reportIndex, raw, carriesReport } of entries) {
    bodyOf.push(numberOf(raw, bodies));
    const one: Decoded = { receivedAt, clientAddress, machine, reportTime, message, reportIndex };
    if (carriesReport !== undefined) one.carriesReport = carriesReport;
    decoded.push(one);
  }
  const json = JSON.stringify(decoded);
  const jsonBytes = Buffer.byteLength(json);
  let bodyBytes = 0;
  for (const { length } of bodies) bodyBytes += length;
  const tables = headerBytes + fixed + 4 * bodies.length + messageBytes * entries.length;
  const record = room(tables + jsonBytes + bodyBytes);
  record.writeDoubleLE(entries[0]!.receivedAt, headerBytes);
  record.writeUInt16LE(entries.length, headerBytes + 24);
  record.writeUInt16LE(bodies.length, headerBytes + 26);
  record.writeUInt32LE(jsonBytes, headerBytes + 28);
  let at = headerBytes + fixed;
  for (const { length } of bodies) at = record.writeUInt32LE(length, at);
  for (let index = 0; index < entries.length; index++) {
    const { messageId, failed } = entries[index]!;
    record.write(messageId, at, 'hex');
    record.writeUInt16LE(failed ? 1 : 0, at + 16);
    at = record.writeUInt16LE(bodyOf[index]!, at + 18);
  }
  at += record.write(json, at);
  for (const body of bodies) {
    record.set(body, at);
    at += body.length;
  }
  return record;
}

/** The number of a body among those of its report, from 1; 0 for none. Messages of one report share theirs. */
function numberOf(raw: Uint8Array, bodies: Uint8Array[]): number {
  if (raw.length === 0) return 0;
  const known = bodies.findIndex((one) => one === raw || Buffer.compare(one, raw) === 0);
  return known === -1 ? bodies.push(raw) : known + 1;
}

/** Writes the numbers of a report's first messages; returns those behind its last. */
export function numberReport(record: Buffer, first: LanePlace): LanePlace {
  record.writeDoubleLE(first.failed, headerBytes + 8);
  record.writeDoubleLE(first.other, headerBytes + 16);
  const { count } = reportHeader(record);
  return { failed: first.failed + count.failed, other: first.other + count.other };
}

export function reportHeader(record: Buffer): ReportHeader {
  const count = { failed: 0, other: 0 };
  const end = record.readUInt16LE(headerBytes + 24);
  for (let index = 0, row = messageTable(record); index < end; index++, row += messageBytes)
    count[record.readUInt16LE(row + 16) === 1 ? 'failed' : 'other']++;
  return {
    receivedAt: record.readDoubleLE(headerBytes),
    first: { failed: record.readDoubleLE(headerBytes + 8), other: record.readDoubleLE(headerBytes + 16) },
    count,
  };
}

/** Of each message of a report, 1 if it failed. */
export function failedFlags(record: Buffer): number[] {
  const table = messageTable(record);
  return Array.from({ length: record.readUInt16LE(headerBytes + 24) }, (_unused, index) =>
    record.readUInt16LE(table + messageBytes * index + 16),
  );
}

/** The identities of a report's messages, 16 bytes each. */
export function reportIds(record: Buffer): Buffer[] {
  const table = messageTable(record);
  return Array.from({ length: record.readUInt16LE(headerBytes + 24) }, (_unused, index) =>
    record.subarray(table + messageBytes * index, table + messageBytes * index + 16),
  );
}

/** Messages of a report, by their index in the record. */
export function decodeReport(record: Buffer, wanted: readonly number[]): StateMessageEntry[] {
  const count = record.readUInt16LE(headerBytes + 24);
  const bodyCount = record.readUInt16LE(headerBytes + 26);
  const jsonBytes = record.readUInt32LE(headerBytes + 28);
  const table = messageTable(record);
  const json = table + messageBytes * count;
  const decoded = JSON.parse(record.toString('utf8', json, json + jsonBytes)) as Decoded[];
  const bodies: Buffer[] = [];
  let at = json + jsonBytes;
  for (let body = 0; body < bodyCount; body++) {
    const length = record.readUInt32LE(headerBytes + fixed + 4 * body);
    bodies.push(record.subarray(at, at + length));
    at += length;
  }
  return wanted.map((index) => {
    const row = table + messageBytes * index;
    return {
      kind: 'state_message',
      messageId: record.toString('hex', row, row + 16),
      ...decoded[index]!,
      failed: record.readUInt16LE(row + 16) === 1,
      raw: bodies[record.readUInt16LE(row + 18) - 1] ?? none,
    };
  });
}

function messageTable(record: Buffer): number {
  return headerBytes + fixed + 4 * record.readUInt16LE(headerBytes + 26);
}
