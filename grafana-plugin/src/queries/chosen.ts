import { firstByClient, heardBetween } from '../../../dashboards/src/clickhouse.js';
import { properties, type Property } from '../../../server/src/clickhouse/views/compared.js';
import { literal } from './sql.js';

/** Which clock orders and narrows down: ours at receipt, or the client's own. */
export type Clock = 'received' | 'client';

/** What can be chosen of the fleet: all that clients are compared by, and a cause (`800/313/1603`: topic, state, error). */
export type Narrowing = Property | 'cause';

/** What is chosen of the fleet; nothing chosen means all. */
export type Chosen = { clock: Clock } & Record<Narrowing, string[]>;

export const everything: Chosen = {
  clock: 'received',
  site: [],
  version: [],
  subnet: [],
  receiver: [],
  name: [],
  user: [],
  hour: [],
  communication: [],
  host: [],
  error: [],
  cause: [],
};

/** Everything that can be chosen, in the order in which it is listed. */
export const narrowings = (Object.keys(everything) as (keyof Chosen)[]).filter((key) => key !== 'clock');

const oneOf = (expression: string, values: string[]) =>
  values.length > 0 && `${expression} IN (${values.map(literal).join(', ')})`;

/** That a name begins so, up to its first digit. */
const beginsWith = (name: string, values: string[]) =>
  values.length > 0 &&
  values
    .map(literal)
    .map((begin) => `startsWith(${name}, ${begin}) AND match(substring(${name}, length(${begin}) + 1, 1), '^[0-9]?$')`)
    .join(' OR ');

/** Conditions on the columns that clients and their messages share. */
const ofFleet = ({ site, version, subnet, receiver }: Chosen) => [
  oneOf('site_code', site),
  oneOf('client_version', version),
  oneOf('subnet', subnet),
  oneOf('fsp_server', receiver),
];

/** Conditions on columns of the view `clients`, whatever the time range. */
export const ofClients = (chosen: Chosen) => [
  ...ofFleet(chosen),
  beginsWith('client_name', chosen.name),
  oneOf('last_error_code', chosen.error),
  ...ofWhole(chosen),
];

/** What only all that a client said tells of it. */
const ofWhole = ({ user, hour, communication, host }: Chosen) => [
  oneOf(properties.user, user),
  oneOf(properties.hour, hour),
  oneOf(properties.communication, communication),
  oneOf(properties.host, host),
];

/** Time of a message by the clock that is chosen. */
export const messageTime = ({ clock }: Chosen) => (clock === 'client' ? 'message_time' : 'received_at');

/** Messages of what is chosen, whatever the time range. */
export const messagesChosen = (chosen: Chosen) => {
  const whole = ofWhole(chosen).filter((one) => one !== false);
  return [
    ...ofFleet(chosen),
    beginsWith('client_key', chosen.name),
    oneOf('error_code', chosen.error),
    oneOf('cause', chosen.cause),
    whole.length > 0 && `client_key IN (SELECT client_key FROM clients WHERE ${whole.join(' AND ')})`,
  ];
};

/** Messages of the time range and of what is chosen. */
export const messageConditions = (chosen: Chosen) => [
  `$__timeFilter(${messageTime(chosen)})`,
  ...messagesChosen(chosen),
];

/** That a client was heard of in the time range, by the clock that is chosen. */
export const heardInRange = ({ clock }: Chosen) =>
  clock === 'client'
    ? heardBetween(firstByClient, 'last_message_time')
    : heardBetween('first_received_at', 'last_received_at');

/** Clients of the time range, of what is chosen, as they stand now. */
export const fleetConditions = (chosen: Chosen) => [heardInRange(chosen), ...ofClients(chosen)];
