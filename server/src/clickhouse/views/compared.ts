import { ofNewest } from './client-facts.js';
import { lastText, textOrder } from './fragments.js';

/**
 * What clients are compared by, to tell what sets those apart that fail: the value, as an expression over `clients`;
 * none is an empty text. The one list of it, for incidents, alerts, boards and pages.
 */
export const properties = {
  site: 'site_code',
  subnet: 'subnet',
  version: `if(client_version = '5.00.0000.0000', '', client_version)`,
  receiver: 'fsp_server',
  user: 'last_user_name',
  name: `replaceRegexpOne(client_name, '[0-9].*$', '')`,
  hour: `concat(leftPad(toString(toHour(last_received_at, 'UTC')), 2, '0'), ':00')`,
  error: 'last_error_code',
  communication: `if(communication_outcome = 'unknown', '', communication_outcome)`,
  host: `if(lower(substring(last_param, 1, 4)) = 'http', lower(domain(last_param)), '')`,
} as const;

export type Property = keyof typeof properties;

const digestBits = 48;
const lowBits = (value: string, bits: number) => `toUInt64(bitAnd(${value}, ${2 ** bits - 1}))`;

/** A value as a number of 48 bits: a million values have no two alike but once in hundreds of times. */
export const digestOf = (value: string) => lowBits(`cityHash64(${value})`, digestBits);

/** Where the digests of the newest message stand in client_facts' `place`, from the low end; above them its order. */
const inPlace = ['site', 'subnet', 'version', 'receiver'] as const;

/** A property of clients, said of the values that a row of client_facts has under other names. */
const said = (property: Property, columns: Record<string, string>) =>
  Object.entries(columns).reduce<string>(
    (expression, [column, value]) => expression.replaceAll(new RegExp(`\\b${column}\\b`, 'g'), () => value),
    properties[property],
  );

/** Numbers beside the texts of client_facts, of which the greatest is of the same message: texts are dear to compare. */
export const digests = {
  place: [
    `bitShiftLeft(toUInt256(${textOrder('newest')}), ${digestBits * inPlace.length})`,
    ...inPlace.map(
      (property, index) =>
        `bitShiftLeft(toUInt256(${digestOf(said(property, ofNewest('newest')))}), ${digestBits * index})`,
    ),
  ].reduce((all, one) => `bitOr(${all}, ${one})`),
  user_digest: `if(user_name = '', toUInt128(0), bitOr(bitShiftLeft(toUInt128(${textOrder('user_name')}), 64), toUInt128(${digestOf(lastText('user_name'))})))`,
  host_digest: `bitOr(bitShiftLeft(toUInt128(${textOrder('word')}), 64), toUInt128(${digestOf(said('host', { last_param: lastText('word', 6) }))}))`,
} as const;

/** The digest of a property in the greatest `place`, `user_digest` and `host_digest` of a client. */
export const digestIn = {
  ...Object.fromEntries(
    inPlace.map((property, index) => [property, lowBits(`bitShiftRight(place, ${digestBits * index})`, digestBits)]),
  ),
  user: lowBits('user_digest', digestBits),
  host: lowBits('host_digest', digestBits),
} as Record<(typeof inPlace)[number] | 'user' | 'host', string>;
