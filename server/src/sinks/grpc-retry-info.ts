/**
 * When a gRPC endpoint wants to be asked again: RetryInfo among the details of its status (google/rpc/error_details.proto),
 * which the OpenTelemetry protocol has instead of Retry-After, and its SDK does not read.
 */

const retryInfo = 'type.googleapis.com/google.rpc.RetryInfo';
/** The kinds of fields (protobuf.dev, *Encoding*) that these messages have. */
const varint = 0;
const bytesOfLength = 2;

/**
 * In milliseconds; 0 where nothing is said.
 * @param details the trailer `grpc-status-details-bin`: a google.rpc.Status
 */
export function retryDelayOf(details: Buffer): number {
  try {
    for (const any of fieldsOf(details).get(3) ?? []) {
      const { 1: type, 2: value } = firstOf(any);
      if (String(type) !== retryInfo || !Buffer.isBuffer(value)) continue;
      const { 1: seconds = 0n, 2: nanoseconds = 0n } = firstOf(firstOf(value)[1]);
      return Math.max(0, Number(BigInt.asIntN(64, asNumber(seconds))) * 1_000 + Number(asNumber(nanoseconds)) / 1e6);
    }
  } catch {
    // What cannot be read says nothing.
  }
  return 0;
}

type Value = bigint | Buffer;

function asNumber(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  throw new Error('no number');
}

/** The first of each field. */
function firstOf(message: Value | undefined): Record<number, Value | undefined> {
  if (!Buffer.isBuffer(message)) throw new Error('no message');
  return Object.fromEntries([...fieldsOf(message)].map(([number, [first]]) => [number, first]));
}

/** The fields of a message by their number. @throws Error where it has a kind of field that none of these has */
function fieldsOf(message: Buffer): Map<number, Value[]> {
  const fields = new Map<number, Value[]>();
  let at = 0;
  const readVarint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined || shift > 63n) throw new Error('cut off');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const key = Number(readVarint());
    const kind = key & 7;
    if (kind !== varint && kind !== bytesOfLength) throw new Error(`a field of kind ${kind}`);
    let value: Value = readVarint();
    if (kind === bytesOfLength) {
      const end = at + Number(value);
      if (end > message.length) throw new Error('cut off');
      value = message.subarray(at, end);
      at = end;
    }
    fields.set(key >>> 3, [...(fields.get(key >>> 3) ?? []), value]);
  }
  return fields;
}
