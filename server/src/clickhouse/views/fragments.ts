// What several views and roll-ups mean by the same words, as SQL on the columns of state_messages.

/** What stands in place of a client's GUID while there is no client. */
export const noClient = '00000000-0000-0000-0000-000000000000';

/** A machine without a client says who it is by its name only. */
export const hasId = (column: string) => `${column} NOT IN ('', '${noClient}')`;

/** The client's own clock when it sent the report; where the report does not tell, when it made the message. */
const clientsClock = 'ifNull(report_time, message_time)';

/**
 * When the client said it, as far as can be known: by its own clock, unless that tells what cannot be (after the
 * receipt, or a month before it). Then the report's age on that clock is what counts: one clock that says 2001 or 2031
 * moves nothing, and what waited for weeks on a machine whose clock is right is as old as it says.
 * @param sent the client's clock when it sent the report
 */
const saidAtBy = (sent: string) => {
  const milliseconds = (time: string) => `toUnixTimestamp64Milli(${time})`;
  const age = `greatest(${milliseconds(sent)} - ${milliseconds('message_time')}, 0)`;
  return (
    `multiIf(${sent} BETWEEN received_at - INTERVAL 30 DAY AND received_at + INTERVAL 5 MINUTE, ` +
    `if(message_time BETWEEN ${sent} - INTERVAL 365 DAY AND received_at + INTERVAL 5 MINUTE, least(message_time, received_at), received_at), ` +
    `message_time BETWEEN ${sent} - INTERVAL 365 DAY AND ${sent} + INTERVAL 5 MINUTE, ` +
    `fromUnixTimestamp64Milli(${milliseconds('received_at')} - ${age}, 'UTC'), received_at)`
  );
};
export const saidAt = saidAtBy(clientsClock);
/** The same of rows that have no `report_time` yet. */
export const saidAtWithoutReport = saidAtBy('message_time');

/** Bits below the milliseconds of {@link order}. */
const serialBits = 21;
export const mostSerial = 2 ** serialBits - 1;

/**
 * Puts a client's messages in their order, as one number: by when it said them, then by their serial number, then by
 * their place in the report. What comes late or twice moves nothing.
 */
export const order = `bitOr(bitShiftLeft(toUInt64(greatest(toUnixTimestamp64Milli(${saidAt}), 0)), ${serialBits}), toUInt64(least(ifNull(serial_number, report_index), ${mostSerial})))`;

const fromMs = (ms: string) => `fromUnixTimestamp64Milli(toInt64(${ms}), 'UTC')`;
const low64 = '18446744073709551615';

/** Of a moment in client_facts – order, receipt and time in one number; 0 for none – what it was by which clock. */
export const momentOrder = (column: string) => `bitShiftRight(${column}, 128)`;
export const momentSaid = (column: string) => fromMs(`bitShiftRight(${column}, ${128 + serialBits})`);
export const momentReceived = (column: string) => fromMs(`bitAnd(bitShiftRight(${column}, 64), ${low64})`);
export const momentTime = (column: string) => fromMs(`bitAnd(${column}, ${low64})`);

/** Of a word in client_facts – order, receipt and result in one number; 0 for none – the result and the receipt. */
export const wordFailed = (column: string) => `bitAnd(${column}, 255) = 1`;
export const wordSucceeded = (column: string) => `bitAnd(${column}, 255) = 2`;
export const wordReceived = (column: string) => fromMs(`bitShiftRight(bitAnd(${column}, ${low64}), 8)`);

/** Of a text in client_facts – order and values in one – the order, and when it was said. */
export const textOrder = (column: string) => `reinterpretAsUInt64(reverse(unhex(substring(${column}, 1, 16))))`;
export const textSaid = (column: string) => fromMs(`bitShiftRight(${textOrder(column)}, ${serialBits})`);

/** Of the digest of a text in client_facts – order and digest in one number; 0 for none – when the text was said. */
export const digestSaid = (column: string) => fromMs(`bitShiftRight(${column}, ${64 + serialBits})`);

/** Of a text in client_facts – order and values in one – the value at a place, from 1. */
export const lastText = (column: string, place = 1) => `splitByChar(char(0), substring(${column}, 17))[${place}]`;

export const outcomes = ['unknown', 'in_progress', 'succeeded', 'failed', 'reboot_pending', 'skipped'] as const;
export const phases = [
  'other',
  'deployment',
  'assignment',
  'communication',
  'certificate',
  'health',
  'comanagement',
] as const;
const list = (values: readonly string[]) => `[${values.map((value) => `'${value}'`).join(', ')}]`;
/** The place of a value in a list, from 0; that of the first where it is in none. */
export const codeOf = (value: string, values: readonly string[]) =>
  `toUInt8(greatest(indexOf(${list(values)}, toString(${value})), 1) - 1)`;
export const valueOf = (code: string, values: readonly string[]) => `${list(values)}[toUInt8(${code}) + 1]`;

/** What says of an installation outranks all else that a client says: the 64th bit, which no moment reaches. */
export const installationFirst = `bitOr(${order}, bitShiftLeft(toUInt64(topic_type = 800), 63))`;

/** A network of 256 addresses, or of 64 bits. */
export const subnetOf = (address: string) =>
  `multiIf(isIPv4String(${address}), concat(IPv4NumToString(bitAnd(IPv4StringToNumOrDefault(${address}), 4294967040)), '/24'), ` +
  `isIPv6String(${address}), concat(IPv6NumToString(IPv6CIDRToRange(toIPv6OrDefault(${address}), 64).1), '/64'), ${address})`;

/** Topic, state and error as one: 800/313/1603. */
export const causeOf = (topic: string, state: string, error: string) =>
  `concat(toString(${topic}), '/', toString(${state}), '/', ${error})`;

/** Begin and ends of a deployment and of an assignment. */
export const isBegin = 'topic_type = 800 AND state_id = 100';
export const isEnd = 'topic_type = 800 AND state_id IN (400, 401, 402)';
export const isAssignmentBegin = 'topic_type = 800 AND state_id = 500';
export const isAssignmentEnd = 'topic_type = 800 AND state_id = 700';

/** Whether a report came over HTTP: what `fsp import` read from a file has no address. */
export const wasPosted = "client_address != ''";
/** When a message became news. What was imported is history: not since it was stored, but since it was received. */
export const newsAt = `if(${wasPosted}, processed_at, received_at)`;

/** Seconds that a clock may be off. */
export const clockTolerance = 300;
/** Hours without an end after which a deployment is stuck. */
export const stuckHours = 24;

/**
 * Whether a message tells of its client's clock: a report that says when it was sent does. One that does not may have
 * waited somewhere on its way: its message tells where it was made just now, and where it cannot have been made then.
 */
const tellsClock = (row: string) =>
  `(${row}report_time IS NOT NULL OR ${row}message_time NOT BETWEEN ${row}received_at - INTERVAL 30 DAY AND ${row}received_at - INTERVAL ${clockTolerance} SECOND)`;
const ahead = (row: string) => `dateDiff('second', ${row}received_at, ifNull(${row}report_time, ${row}message_time))`;

/**
 * Seconds that the client's clock was ahead at the receipt; negative for behind, or for a report that came late; 0 where
 * nothing is told of it.
 */
export const clockAhead = (row: string) => `if(${tellsClock(row)}, ${ahead(row)}, 0)`;

const clockBits = 40;
const clockMiddle = 2 ** (clockBits - 1);
/**
 * How far the client's clock is ahead at the receipt, as a number whose maximum is the newest hour's message that came
 * soonest: one that comes late says less of the clock. 0 of a message that tells nothing of it.
 */
export const clock = `if(${tellsClock('')}, bitOr(bitShiftLeft(toUInt64(greatest(intDiv(toUnixTimestamp64Milli(received_at), 3600000), 0)), ${clockBits}), toUInt64(${ahead('')} + ${clockMiddle})), toUInt64(0))`;
/** Its seconds; 0 where no message tells of it. */
export const clockOffset = (column: string) =>
  `if(${column} = 0, 0, toInt64(bitAnd(${column}, ${2 ** clockBits - 1})) - ${clockMiddle})`;
