import { stillFails, stuckForHours } from '../../../dashboards/src/clickhouse.js';
import { notAssigned as isNotAssigned } from '../../../dashboards/src/deployments.js';
import { heardInRange, messageConditions, messagesChosen, ofClients, type Chosen } from './chosen.js';
import { rowsOfPiece } from './pieces.js';
import { contains, literal, where } from './sql.js';

export type Outcome = 'unknown' | 'in_progress' | 'succeeded' | 'failed' | 'reboot_pending' | 'skipped';

/** One client, as the view `clients` has it. */
export interface Client {
  client_id: string;
  client_name: string;
  client_fqdn: string;
  client_address: string;
  subnet: string;
  site_code: string;
  fsp_server: string;
  client_version: string;
  phase: string;
  outcome: Outcome;
  /** Where its deployment stands, whatever its newest message is of: what the list is narrowed down by. */
  deployment_outcome: Outcome | 'no_word';
  last_topic_type: number;
  last_state_id: number;
  last_state_text: string;
  last_error_code: string;
  last_error_text: string;
  /** `800/313/1603` */
  cause: string;
  last_user_name: string;
  deployment_begin_time: number | null;
  deployment_end_time: number | null;
  deployment_seconds: number | null;
  assignment_begin_time: number | null;
  assignment_end_time: number | null;
  assignment_seconds: number | null;
  communication_outcome: Outcome;
  is_cut_off: number;
  /** By how many seconds its clock is ahead of ours (negative: behind). */
  clock_offset_seconds: number;
  is_clock_off: number;
  last_message_time: number;
  last_received_at: number;
  message_count: number;
}

/** What narrows the list of clients down beside what is chosen everywhere; empty means any. */
export interface ClientFilter {
  search: string;
  /** Where its deployment stands. */
  outcome: string;
  /** `failed` for those that are cut off. */
  communication: string;
  cutOff: boolean;
  /** Only those that are cut off by their word on one of these topics, of a cause that is chosen if it is asked who still fails by it. */
  cutOffBy: readonly number[];
  clockOff: boolean;
  /** Only those whose assignment failed. */
  notAssigned: boolean;
  /** What it last said of HTTPS. */
  https: string;
  /** Only those whose last word is of this topic, state and error, a failure or not. */
  lastWord: string;
  /**
   * Only those whose last word on the topic is still the cause that is chosen: `heard` for all that were heard of in the
   * time range, as boards count them, `sent` for those that sent it then.
   */
  still: '' | 'heard' | 'sent';
  /** In progress for at least so many hours. */
  stuckHours: number;
}

export const noFilter: ClientFilter = {
  search: '',
  outcome: '',
  communication: '',
  cutOff: false,
  cutOffBy: [],
  clockOff: false,
  notAssigned: false,
  https: '',
  lastWord: '',
  still: '',
  stuckHours: 0,
};

export const clientSorts = [
  'client_name',
  'deployment_outcome',
  'last_received_at',
  'last_error_code',
  'client_version',
  'message_count',
] as const;
export type ClientSort = (typeof clientSorts)[number];

export const clientsPerPage = 50;

/** Deployments that began and have no end for so many hours. */
export const stuckFor = (hours: number) => stuckForHours(String(Math.floor(hours)));

/** Whether it is asked who sent a cause, and not who was heard of. */
const isOfSent = ({ cause }: Chosen, { still }: ClientFilter) => cause.length > 0 && still !== 'heard';

/** Clients of the time range: of a cause those that sent it then, as they are counted where it is told. */
function ofTime(chosen: Chosen, filter: ClientFilter): string {
  if (isOfSent(chosen, filter)) return sent(messageConditions(chosen));
  // Who is stuck is silent: no time range narrows it down.
  return filter.stuckHours > 0 ? '1' : heardInRange(chosen);
}
const sent = (conditions: (string | false)[]) =>
  `client_key IN (SELECT client_key FROM client_messages WHERE outcome = 'failed' AND ${where(conditions)})`;

/** Conditions on the view `clients`. */
export const clientConditions = (chosen: Chosen, filter: ClientFilter) =>
  where([ofTime(chosen, filter), ...(isOfSent(chosen, filter) ? [] : ofClients(chosen)), ...ofFilter(chosen, filter)]);

function ofFilter(chosen: Chosen, filter: ClientFilter): (string | false)[] {
  const {
    search,
    outcome,
    communication,
    cutOff,
    cutOffBy,
    clockOff,
    notAssigned,
    https,
    lastWord,
    still,
    stuckHours,
  } = filter;
  // Boards count who still fails on the very topic that a figure is of.
  const topics = still === 'heard' && https === 'failed' ? [...cutOffBy, 1100] : cutOffBy;
  const ofTopic = topics.length > 0 && `topic_type IN (${topics.map(Number).join(', ')})`;
  const ofCause = still !== '' && chosen.cause.length > 0 && `cause IN (${chosen.cause.map(literal).join(', ')})`;
  return [
    (ofTopic !== false || ofCause !== false) && stillFails(where([ofTopic, ofCause])),
    search !== '' &&
      contains(
        [
          'client_name',
          'client_id',
          'client_fqdn',
          'client_address',
          'subnet',
          'last_user_name',
          'last_state_text',
          'last_error_code',
          'last_error_text',
        ],
        search,
      ),
    outcome !== '' && `deployment_outcome = ${literal(outcome)}`,
    communication !== '' && `communication_outcome = ${literal(communication)}`,
    cutOff && 'is_cut_off',
    clockOff && 'is_clock_off',
    notAssigned && isNotAssigned,
    https !== '' &&
      `client_key IN (SELECT client_key FROM newest_words WHERE topic_type = 1100 AND outcome = ${literal(https)})`,
    lastWord !== '' && `cause = ${literal(lastWord)}`,
    stuckHours > 0 && stuckFor(stuckHours),
  ];
}

/** One page of clients; each row carries how many there are in all. */
export function clientsSql(
  chosen: Chosen,
  filter: ClientFilter,
  sort: ClientSort,
  descending: boolean,
  page: number,
): string {
  return `SELECT *, count() OVER () AS total
FROM clients
WHERE ${clientConditions(chosen, filter)}
ORDER BY ${sort} ${descending ? 'DESC' : 'ASC'}, client_name
LIMIT ${clientsPerPage} OFFSET ${(page - 1) * clientsPerPage}`;
}

/** The most clients that a list is exported with. */
export const mostExported = 100_000;

/** The clients of a list behind a name, for a file or the clipboard. */
export function clientExportSql(chosen: Chosen, filter: ClientFilter, after?: string): string {
  return `SELECT client_name, client_fqdn, client_id, client_address, site_code, fsp_server, client_version, deployment_outcome, outcome, last_state_text, last_error_code, last_error_text,
  is_cut_off, clock_offset_seconds, last_received_at
FROM clients
WHERE ${where([clientConditions(chosen, filter), after !== undefined && `client_name > ${literal(after)}`])}
ORDER BY client_name
LIMIT ${rowsOfPiece}`;
}

/** How many clients there are whatever the time range, and when those outside of it were heard of. */
export interface ClientExtent {
  all: number;
  in_range: number;
  first: number | null;
  last: number | null;
}

export function clientExtentSql(chosen: Chosen, filter: ClientFilter): string {
  const ofCause = isOfSent(chosen, filter);
  const whenever = where([
    ...(ofCause ? [sent(messagesChosen(chosen))] : ofClients(chosen)),
    ...ofFilter(chosen, filter),
  ]);
  // A cause may have been sent at any time that its client was heard of.
  const first = ofCause ? 'first_received_at' : 'last_received_at';
  return `SELECT count() AS all, countIf(in_time) AS in_range, minOrNullIf(${first}, NOT in_time) AS first, maxOrNullIf(last_received_at, NOT in_time) AS last
FROM (SELECT first_received_at, last_received_at, ${ofTime(chosen, filter)} AS in_time FROM clients WHERE ${whenever})`;
}

export interface SiteAndVersion {
  site_code: string;
  client_version: string;
}

export const sitesAndVersionsSql = 'SELECT DISTINCT site_code, client_version FROM clients ORDER BY ALL LIMIT 500';

export function clientSql(name: string): string {
  return `SELECT * FROM client(name = ${literal(name)}) ORDER BY last_received_at DESC LIMIT 1`;
}

/** One message of a client. `raw` is the report that brought it. */
export interface ClientMessage {
  message_id: string;
  message_time: number;
  received_at: number;
  processed_at: number;
  /** When the client made it, by its own clock where that may be: what orders its words. */
  said_at: number;
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
  /** Place in its report, from 0. */
  report_index: number;
  raw: string;
}

/** Messages of a client that its page shows. */
export const mostMessages = 500;

/** The newest messages of a client, under whatever name it sent them. GLOBAL: on shards its names are those of all. */
export const messagesSql = (
  name: string,
) => `SELECT message_id, message_time, received_at, processed_at, said_at, topic_type, topic_name, state_id, state_text, phase,
  outcome, error_code, error_text, client_address, toJSONString(params) AS params, details, user_name, fsp_server, report_index, raw
FROM state_messages
WHERE client_name GLOBAL IN (SELECT DISTINCT client_name FROM messages_of_client(name = ${literal(name)}))
ORDER BY said_at DESC, serial_number DESC
LIMIT ${mostMessages}`;
