import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { createClient, type ClickHouseClient } from '@clickhouse/client';
import { listOf } from '../config.js';
import { FspError } from '../errors.js';
import { Hosts } from './hosts.js';

/** The oldest ClickHouse whose SQL the migrations use. */
const oldest = { major: 25, minor: 3 };

export interface Connection {
  /** Where it is; of a cluster several servers, separated by commas, the nearest first. */
  url: string;
  username: string;
  password: string;
  database: string;
  /** How long a connection may be silent, in milliseconds. */
  silenceMs?: number | undefined;
  /** Certificates of an authority that is trusted beside those that Node trusts; '' for none. */
  caFile?: string;
  /** Database that a server must have to be returned to after it failed; its disk may have been replaced. */
  needs?: string;
}

const defaultSilenceMs = 60_000;

/** A row that is JSON already: the client inserts its text as it is. */
export class RowText {
  constructor(
    /** Its `row_id`. */
    readonly place: number,
    readonly text: string,
  ) {}
}

const severalHosts = Symbol('hosts');

/** The servers of a setting that names one or several; those after the first may leave out its scheme. */
export function serversOf(url: string): string[] {
  const [first, ...others] = listOf(url);
  if (first === undefined) return [];
  const scheme = first.slice(0, first.indexOf('://') + 3);
  return [first, ...others.map((other) => (other.includes('://') ? other : scheme + other))];
}

/**
 * The official client over HTTP, for one server or for several of one cluster (see {@link Hosts}). It takes every answer
 * 200 for ClickHouse's: a proxy's page would pass for a table that was made. So each answer must carry the header with
 * the query's id, which only ClickHouse sends.
 */
export function connect(connection: Connection): ClickHouseClient {
  const [first, ...others] = serversOf(connection.url).map((url) => connectOne({ ...connection, url }));
  if (others.length === 0) return first!;
  const hosts = new Hosts([first!, ...others], (client) => worksAgain(client, connection.needs ?? connection.database));
  type Client = ClickHouseClient;
  // The client's own methods, each by way of the server in use; its type stays, so that nobody need know.
  return Object.assign(Object.create(first!) as Client, {
    insert: (params: Parameters<Client['insert']>[0]) => hosts.order((client) => client.insert(params)),
    command: (params: Parameters<Client['command']>[0]) => hosts.order((client) => client.command(params)),
    query: (params: Parameters<Client['query']>[0]) => hosts.ask((client) => client.query(params)),
    exec: (params: Parameters<Client['exec']>[0]) => hosts.ask((client) => client.exec(params)),
    ping: () => hosts.ask((client) => client.ping()),
    close: () => hosts.close(),
    [severalHosts]: hosts,
  });
}

/**
 * Does a step of several statements, which can be done twice, on one server: where the client has several, all of the step
 * goes to the one in use, and where that fails all of it to the next.
 */
export function onOneServer<T>(client: ClickHouseClient, step: (one: ClickHouseClient) => Promise<T>): Promise<T> {
  const hosts = (client as { [severalHosts]?: Hosts })[severalHosts];
  return hosts === undefined ? step(client) : hosts.ask(step);
}

/** Asks the first server that has a database, where one of several has it: one with an empty disk is not filled anew. */
export async function preferServerWith(client: ClickHouseClient, database: string): Promise<void> {
  await (client as { [severalHosts]?: Hosts })[severalHosts]?.prefer((one) => worksAgain(one, database));
}

/** A server that answers and takes rows: it has the database, and none of its tables is read-only. */
async function worksAgain(client: ClickHouseClient, database: string): Promise<boolean> {
  const answer = await client.query({
    query: `SELECT (SELECT count() FROM system.databases WHERE name = {database: String}) AS there,
      (SELECT count() FROM system.replicas WHERE is_readonly AND database = {database: String}) AS readonly`,
    query_params: { database },
    format: 'JSONEachRow',
  });
  const [row] = await answer.json<{ there: string; readonly: string }>();
  return Number(row?.there) > 0 && Number(row?.readonly) === 0;
}

function connectOne({
  url,
  username,
  password,
  database,
  silenceMs = defaultSilenceMs,
  caFile = '',
}: Connection): ClickHouseClient {
  const client = createClient({
    url,
    username,
    password,
    database,
    application: 'fallback-status-point',
    request_timeout: silenceMs,
    keep_alive: { enabled: true },
    json: { stringify: (value: unknown) => (value instanceof RowText ? value.text : JSON.stringify(value)) },
    ...(caFile === '' ? {} : { tls: { ca_cert: authorities(caFile) } }),
    // The client logs on its own otherwise; errors reach us and are said once, in our words.
    log: { level: 127 },
  });
  const { insert, command, query } = client;
  return Object.assign(client, {
    insert: (params: Parameters<typeof client.insert>[0]) => insert.call(client, params).then(fromClickHouse),
    command: (params: Parameters<typeof client.command>[0]) => command.call(client, params).then(fromClickHouse),
    query: (params: Parameters<typeof client.query>[0]) => query.call(client, params).then(fromClickHouse),
  });
}

/** @throws FspError FSP_CONFIG_INVALID */
function authorities(file: string): Buffer {
  try {
    const own = readFileSync(file, 'utf8');
    if (!own.includes('-----BEGIN CERTIFICATE-----')) throw new Error('it holds no certificate in PEM');
    return Buffer.from([own, ...rootCertificates].join('\n'));
  } catch (cause) {
    throw new FspError(
      'FSP_CONFIG_INVALID',
      `FSP_CLICKHOUSE_CA_FILE ${file} cannot be used: ${(cause as Error).message}; allowed: a file of certificates in PEM`,
      { cause },
    );
  }
}

/** @throws FspError FSP_CLICKHOUSE_UNREACHABLE where something else answered */
function fromClickHouse<T extends { response_headers: Record<string, unknown> }>(answer: T): T {
  if (answer.response_headers['x-clickhouse-query-id'] !== undefined) return answer;
  throw notClickHouse('its answer has no query id');
}

/** The error for an answer that is not ClickHouse's own. */
export function notClickHouse(why: string): FspError {
  return new FspError(
    'FSP_CLICKHOUSE_UNREACHABLE',
    `Something answered in ClickHouse's place (${why}); check FSP_CLICKHOUSE_URL and the proxies on the way`,
  );
}

/** @throws FspError FSP_CLICKHOUSE_UNREACHABLE, FSP_CLICKHOUSE_REFUSED, FSP_CLICKHOUSE_TOO_OLD */
export async function checkServer(client: ClickHouseClient): Promise<void> {
  let version: string;
  try {
    const answer = await client.query({ query: 'SELECT version() AS version', format: 'JSONEachRow' });
    const [row] = await answer.json<{ version: string }>();
    version = row?.version ?? '';
  } catch (error) {
    throw clickHouseError(error);
  }
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < oldest.major || (major === oldest.major && minor < oldest.minor)) {
    throw new FspError(
      'FSP_CLICKHOUSE_TOO_OLD',
      `ClickHouse ${version} is too old; upgrade it to ${oldest.major}.${oldest.minor} or newer`,
    );
  }
}

/**
 * Codes by which ClickHouse refuses rows for what they carry, by its ErrorCodes.cpp: what cannot be parsed, converted or
 * held by a column. Everything else – away, overloaded, read-only, too many parts, a table or a right that is missing –
 * is about the server, and rows wait.
 */
const dataCodes = new Set([
  6, // CANNOT_PARSE_TEXT
  25, // CANNOT_PARSE_ESCAPE_SEQUENCE
  26, // CANNOT_PARSE_QUOTED_STRING
  27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  38, // CANNOT_PARSE_DATE
  41, // CANNOT_PARSE_DATETIME
  53, // TYPE_MISMATCH
  69, // ARGUMENT_OUT_OF_BOUND
  70, // CANNOT_CONVERT_TYPE
  72, // CANNOT_PARSE_NUMBER
  117, // INCORRECT_DATA
  130, // CANNOT_READ_ARRAY_FROM_TEXT
  131, // TOO_LARGE_STRING_SIZE
  190, // SIZES_OF_ARRAYS_DONT_MATCH
  248, // INVALID_PARTITION_VALUE
  321, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
  349, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
  407, // DECIMAL_OVERFLOW
  467, // CANNOT_PARSE_BOOL
  469, // VIOLATED_CONSTRAINT
  675, // CANNOT_PARSE_IPV4
  676, // CANNOT_PARSE_IPV6
]);

/** Whether an insert was refused for what its rows carry: sent again, it would be refused again. */
export function refusesRows(error: unknown): boolean {
  const { code, message = '' } = error as { code?: string; message?: string };
  // A proxy on the way that limits bodies says so on a page of its own; a piece of the rows may pass.
  return dataCodes.has(Number(code)) || /\b413\b.{0,80}too large/is.test(message.slice(0, 500));
}

/** QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING. */
const sameIdRuns = '216';

/** Whether an insert was refused because the same one, as an earlier attempt or another process sent it, is under way. */
export function isStillInserting(error: unknown): boolean {
  return error instanceof FspError && (error.cause as { code?: string } | undefined)?.code === sameIdRuns;
}

/** UNKNOWN_STATUS_OF_INSERT. */
const statusUnknown = '319';

/**
 * Whether ClickHouse knows the rows of an insert, or its token, and cannot tell that as many replicas have them as must:
 * they lag, or the only one that had them lost its disk. Then it says so for as long as it knows the token.
 */
export function isStatusUnknown(error: unknown): boolean {
  return (error as { code?: string }).code === statusUnknown;
}

/** 285 TOO_FEW_LIVE_REPLICAS, 286 UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE. */
const noQuorum = new Set(['285', '286', statusUnknown]);

/** What ends some of ClickHouse's refusals, by their codes. */
const mends: Readonly<Record<string, string>> = {
  '60': '; restore it from a backup: tables that are missing one by one are not made again', // UNKNOWN_TABLE
  '81': '; restore it from a backup, or start the server again, which makes it anew', // UNKNOWN_DATABASE
  '243': '; make room on its disk', // NOT_ENOUGH_SPACE
  '497': '; fsp doctor prints the rights that are missing', // ACCESS_DENIED
  '516': '; check the user and the password in the settings', // AUTHENTICATION_FAILED
};

/** Whether a connection was given up for the server's certificate: by Node's codes of its verification. */
export function isCertificateRefused(error: unknown): boolean {
  const { code = '' } = error as { code?: string };
  return /SELF_SIGNED|^UNABLE_TO_|CERT_|^ERR_TLS/.test(code);
}

/** Where an address says https and something without TLS answers. */
const speaksNoTls = new Set(['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG']);

/**
 * A failure of the client as an error of the catalogue: away, or there and unwilling.
 * @param ours whether the server asked by its own account; what people ask in their own words is not mended by settings
 */
export function clickHouseError(error: unknown, ours = true): FspError {
  if (error instanceof FspError) return error;
  const { message = '', ...said } = error as { message?: string; code?: string };
  // The client finds the number only where the error's name stands behind it, which not every one has.
  const code = said.code ?? /^Code: (\d+)\. DB::/m.exec(message)?.[1] ?? '';
  // ClickHouse's own errors carry its number; all else is the way to it.
  if (/^\d+$/.test(code)) {
    if (noQuorum.has(code))
      return new FspError(
        'FSP_CLICKHOUSE_QUORUM',
        `Fewer replicas have the rows, or are there, than must have them (code ${code}); bring the others back, forget a lost one with SYSTEM DROP REPLICA, or see FSP_CLICKHOUSE_QUORUM`,
        { cause: error },
      );
    const reason = message
      .slice(0, 4_000)
      // All columns of a table, before its name.
      .replaceAll(/\b(SELECT|INSERT)\([^()]{60,}\)/g, '$1')
      .replaceAll(/\s+/g, ' ')
      .slice(0, 300)
      .replace(/[. ]{1,9}$/, '');
    return new FspError(
      'FSP_CLICKHOUSE_REFUSED',
      `ClickHouse refused with code ${code}: ${reason}${(ours && mends[code]) || ''}`,
      {
        cause: error,
      },
    );
  }
  const reason = code || message.split('\n')[0] || 'no answer';
  const told = isCertificateRefused(error)
    ? `The certificate of ClickHouse is not trusted (${reason}); name its authority with FSP_CLICKHOUSE_CA_FILE, and the server in FSP_CLICKHOUSE_URL as the certificate does`
    : speaksNoTls.has(code)
      ? `ClickHouse speaks no TLS there (${reason}); check FSP_CLICKHOUSE_URL: https needs its port for TLS`
      : `ClickHouse does not answer (${reason}); check that it runs, and FSP_CLICKHOUSE_URL where that is set`;
  return new FspError('FSP_CLICKHOUSE_UNREACHABLE', told, { cause: error });
}
