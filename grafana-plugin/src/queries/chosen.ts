import { literal } from './sql.js';

/** Which clock orders and narrows down: ours at receipt, or the client's own. */
export type Clock = 'received' | 'client';

/** What is chosen of the fleet; nothing chosen means all. */
export interface Chosen {
  clock: Clock;
  site: string[];
  version: string[];
  subnet: string[];
  /** `800/313/1603`: topic, state, error. */
  cause: string[];
}

export const everything: Chosen = { clock: 'received', site: [], version: [], subnet: [], cause: [] };

const oneOf = (column: string, values: string[]) =>
  values.length > 0 && `${column} IN (${values.map(literal).join(', ')})`;

/** Conditions on the columns that clients and their messages share. */
const ofFleet = ({ site, version, subnet }: Chosen) => [
  oneOf('site_code', site),
  oneOf('client_version', version),
  oneOf('subnet', subnet),
];

/** Time of a message by the clock that is chosen. */
export const messageTime = ({ clock }: Chosen) => (clock === 'client' ? 'message_time' : 'received_at');

/** Messages of the time range and of what is chosen. */
export const messageConditions = (chosen: Chosen) => [
  `$__timeFilter(${messageTime(chosen)})`,
  ...ofFleet(chosen),
  oneOf('cause', chosen.cause),
];

/** Clients that were heard of in the time range, of what is chosen. */
export const fleetConditions = (chosen: Chosen) => [
  `$__timeFilter(${chosen.clock === 'client' ? 'last_message_time' : 'last_received_at'})`,
  ...ofFleet(chosen),
];
