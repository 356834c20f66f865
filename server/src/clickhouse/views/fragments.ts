// What several views and roll-ups mean by the same words, as SQL on the columns of state_messages.

/** A machine without a client says who it is by its name only: its id is all zeroes. */
export const hasId = (column: string) => `${column} NOT IN ('', '00000000-0000-0000-0000-000000000000')`;

/**
 * When the client said it, as far as can be known: by its own clock, unless that tells what cannot be (after the
 * receipt, or a month before it). One clock that says 2001 or 2031 moves nothing.
 */
export const saidAt =
  'if(message_time BETWEEN received_at - INTERVAL 30 DAY AND received_at + INTERVAL 5 MINUTE, least(message_time, received_at), received_at)';

/** Bits below the milliseconds of {@link order}. */
const serialBits = 21;
const mostSerial = 2 ** serialBits - 1;

/**
 * Puts a client's messages in their order, as one number: by when it said them, then by their serial number, then by
 * their place in the report. What comes late or twice moves nothing.
 */
export const order = `bitOr(bitShiftLeft(toUInt64(greatest(toUnixTimestamp64Milli(${saidAt}), 0)), ${serialBits}), toUInt64(least(ifNull(serial_number, report_index), ${mostSerial})))`;

/** The moment of an {@link order}. */
export const momentOf = (column: string) =>
  `fromUnixTimestamp64Milli(toInt64(bitShiftRight(${column}, ${serialBits})), 'UTC')`;

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

/** Seconds that a clock may be off. */
export const clockTolerance = 300;
/** Hours without an end after which a deployment is stuck. */
export const stuckHours = 24;

const clockBits = 40;
const clockMiddle = 2 ** (clockBits - 1);
/**
 * How far the client's clock is ahead at the receipt, as a number whose maximum is the newest hour's message that came
 * soonest: one that comes late says less of the clock.
 */
export const clock = `bitOr(bitShiftLeft(toUInt64(greatest(intDiv(toUnixTimestamp64Milli(received_at), 3600000), 0)), ${clockBits}), toUInt64(dateDiff('second', received_at, message_time) + ${clockMiddle}))`;
/** Its seconds. */
export const clockOffset = (column: string) => `toInt64(bitAnd(${column}, ${2 ** clockBits - 1})) - ${clockMiddle}`;
