import { contains, literal, where } from './sql.js';

export type Outcome = 'unknown' | 'in_progress' | 'succeeded' | 'failed' | 'reboot_pending' | 'skipped';
export const outcomes: Outcome[] = ['failed', 'in_progress', 'reboot_pending', 'succeeded', 'skipped', 'unknown'];

/** One client, as the view `clients` has it. */
export interface Client {
  client_id: string;
  client_name: string;
  site_code: string;
  client_version: string;
  phase: string;
  outcome: Outcome;
  last_topic_type: number;
  last_state_id: number;
  last_state_text: string;
  last_error_code: string;
  last_error_text: string;
  deployment_begin_time: number | null;
  deployment_end_time: number | null;
  assignment_begin_time: number | null;
  assignment_end_time: number | null;
  communication_outcome: Outcome;
  last_message_time: number;
  message_count: number;
}

/** What narrows the list of clients down; empty means any. */
export interface ClientFilter {
  search: string;
  outcome: string;
  communication: string;
  site: string;
  version: string;
  /** `800/313`: clients that reported this topic and state, with this error. */
  state: string;
  error: string;
  /** In progress for at least so many hours. */
  stuckHours: number;
}

export const clientSorts = [
  'client_name',
  'outcome',
  'last_message_time',
  'last_error_code',
  'client_version',
  'message_count',
] as const;
export type ClientSort = (typeof clientSorts)[number];

export const clientsPerPage = 50;

/** Conditions on the view `clients`. */
export function clientConditions(filter: ClientFilter): string {
  const { search, outcome, communication, site, version, state, error, stuckHours } = filter;
  const [topic = '', stateId = ''] = state.split('/');
  return where([
    '$__timeFilter(last_message_time)',
    search !== '' &&
      contains(['client_name', 'client_id', 'last_state_text', 'last_error_code', 'last_error_text'], search),
    outcome !== '' && `outcome = ${literal(outcome)}`,
    communication !== '' && `communication_outcome = ${literal(communication)}`,
    site !== '' && `site_code = ${literal(site)}`,
    version !== '' && `client_version = ${literal(version)}`,
    state !== '' &&
      `client_name IN (SELECT client_name FROM state_messages WHERE topic_type = ${Number(topic)} AND state_id = ${Number(stateId)} AND error_code = ${literal(error)} AND $__timeFilter(message_time))`,
    stuckHours > 0 &&
      `outcome = 'in_progress' AND deployment_begin_time IS NOT NULL AND deployment_end_time IS NULL AND deployment_begin_time < now() - INTERVAL ${Math.floor(stuckHours)} HOUR`,
  ]);
}

/** One page of clients; each row carries how many there are in all. */
export function clientsSql(filter: ClientFilter, sort: ClientSort, descending: boolean, page: number): string {
  return `SELECT *, count() OVER () AS total
FROM clients
WHERE ${clientConditions(filter)}
ORDER BY ${sort} ${descending ? 'DESC' : 'ASC'}, client_name
LIMIT ${clientsPerPage} OFFSET ${(page - 1) * clientsPerPage}`;
}

export interface SiteAndVersion {
  site_code: string;
  client_version: string;
}

export const sitesAndVersionsSql = 'SELECT DISTINCT site_code, client_version FROM clients ORDER BY ALL LIMIT 500';

export function clientSql(name: string): string {
  return `SELECT * FROM client(name = ${literal(name)}) ORDER BY last_message_time DESC LIMIT 1`;
}

/** One message of a client. `raw` is the report that brought it. */
export interface ClientMessage {
  message_id: string;
  message_time: number;
  received_at: number;
  processed_at: number;
  topic_type: number;
  topic_name: string;
  state_id: number;
  state_text: string;
  phase: string;
  outcome: Outcome;
  error_code: string;
  error_text: string;
  client_address: string;
  /** The parameters as a JSON array of strings. */
  params: string;
  details: string;
  user_name: string;
  fsp_server: string;
  raw: string;
}

/** Messages of a client, the newest first. Those it sent before it had an id carry its name only. */
export function messagesSql(name: string, clientId: string): string {
  const byId = clientId === '' ? '' : ` OR client_id = ${literal(clientId)}`;
  return `SELECT message_id, message_time, received_at, processed_at, topic_type, topic_name, state_id, state_text, phase,
  outcome, error_code, error_text, client_address, toJSONString(params) AS params, details, user_name, fsp_server, raw
FROM state_messages
WHERE client_name = ${literal(name)}${byId}
ORDER BY message_time DESC, serial_number DESC
LIMIT 500`;
}
