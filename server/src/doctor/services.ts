import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectTo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { ClickHouseClient } from '@clickhouse/client';
import { checkServer, connect, isCertificateRefused } from '../clickhouse/client.js';
import { readEngineCredentials, type EngineCredentials } from '../clickhouse/credentials.js';
import type { Config } from '../config.js';
import { FspError } from '../errors.js';
import { requestManagement } from '../management/client.js';
import { isExported, otlpEndpoint } from '../otlp-settings.js';
import { failure, ok, warning, type Diagnosis } from './check.js';
import { examineClickHouse } from './clickhouse.js';

/** Clocks may differ by this much before rows look as if they came from the future. */
const driftAllowedMs = 5_000;
const patienceMs = 5_000;
/** How long the first word of a ClickHouse may take: one that hangs takes questions too, and says nothing. */
const firstWordMs = 10_000;

/** Whether a server runs for the data folder: its engine's address is told while it does, and something answers there. */
export async function serverRuns(config: Config): Promise<boolean> {
  const engine = engineOf(config.dataDir);
  if (engine !== null && engine.url !== '' && (await answers(`${engine.url}/ping`))) return true;
  if (config.managementPort === 0) return false;
  return requestManagement(config, '/healthz', { patienceMs }).then(
    (answer) => {
      answer.resume();
      return true;
    },
    () => false,
  );
}

/** ClickHouse: reached, new enough, with the rights and the settings that exactly-once rests on, and the same time. */
export async function checkClickHouse(config: Config): Promise<Diagnosis[]> {
  const subject = 'ClickHouse';
  let client: ClickHouseClient | null = null;
  try {
    client = connectAsWriter(config, firstWordMs);
    if (client === null) return [ok(subject, 'embedded; it starts with the server')];
    await checkServer(client);
    await client.close();
    client = connectAsWriter(config)!;
    const [version = ''] = await column(client, 'SELECT version()');
    return [
      ok(subject, `${version} at ${config.clickhouseUrl || 'the embedded engine'}`),
      await checkDrift(client),
      await checkDeduplication(client, config),
      ...(await examineClickHouse(client, config)),
    ];
  } catch (error) {
    return [failure(subject, error instanceof Error ? error.message : String(error), mendOf(error, config))];
  } finally {
    await client?.close();
  }
}

function mendOf(error: unknown, { clickhouseUrl }: Config): string {
  const { code } = error as { code?: string };
  if (code === 'FSP_CLICKHOUSE_TOO_OLD') return 'Upgrade it';
  if (code === 'FSP_DATA_DIR_UNREADABLE') return "Look as the server's user; what is damaged is made anew at its start";
  return isCertificateRefused((error as Error).cause ?? error)
    ? 'Name the authority of its certificate with FSP_CLICKHOUSE_CA_FILE (or NODE_EXTRA_CA_CERTS), and the server as the certificate does'
    : clickhouseUrl === ''
      ? 'Messages wait on disk until it answers; where the embedded engine hangs, the server ends it within five minutes and starts it anew'
      : 'Messages wait on disk until it answers; check FSP_CLICKHOUSE_URL, user and password';
}

/** @throws FspError FSP_DATA_DIR_UNREADABLE */
function connectAsWriter(config: Config, silenceMs?: number): ClickHouseClient | null {
  if (config.clickhouseUrl !== '') {
    return connect({
      url: config.clickhouseUrl,
      username: config.clickhouseUser,
      password: config.clickhousePassword,
      database: 'default',
      caFile: config.clickhouseCaFile,
      silenceMs,
    });
  }
  const engine = readEngineCredentials(join(config.dataDir, 'clickhouse'));
  return engine === null || engine.url === ''
    ? null
    : connect({ url: engine.url, ...engine.writer, database: 'default', silenceMs });
}

/** How the running engine is reached; null also where that cannot be read, of which ClickHouse's own check tells. */
export function engineOf(dataDir: string): EngineCredentials | null {
  try {
    return readEngineCredentials(join(dataDir, 'clickhouse'));
  } catch {
    return null;
  }
}

async function checkDrift(client: ClickHouseClient): Promise<Diagnosis> {
  const before = Date.now();
  const [theirs = '0'] = await column(client, 'SELECT toUnixTimestamp64Milli(now64(3))');
  const drift = Number(theirs) - (before + Date.now()) / 2;
  const found = `${Math.round(drift)} ms apart from ClickHouse`;
  return Math.abs(drift) > driftAllowedMs
    ? warning('ClickHouse clock', found, 'Let both follow a time server')
    : ok('ClickHouse clock', found);
}

async function checkDeduplication(client: ClickHouseClient, { clickhouseDatabase }: Config): Promise<Diagnosis> {
  const subject = 'ClickHouse deduplication';
  const without = await column(
    client,
    `SELECT name FROM system.tables WHERE database = '${clickhouseDatabase}' AND match(name, '^(state_messages|client_facts|setup_log_records|setup_run_updates)(_local)?$')
     AND engine LIKE '%MergeTree' AND NOT match(engine_full, 'deduplication_window = [1-9]')`,
  );
  return without.length === 0
    ? ok(subject, 'every table remembers its inserts')
    : failure(
        subject,
        `${without.join(', ')} without deduplication window`,
        'ALTER TABLE … MODIFY SETTING non_replicated_deduplication_window = 1000, with replicas replicated_deduplication_window',
      );
}

async function column(client: ClickHouseClient, query: string): Promise<string[]> {
  // CHECK GRANT takes no FORMAT behind it, which the client's query would add.
  const answer = await client.exec({ query, clickhouse_settings: { default_format: 'TabSeparated' } });
  return (await text(answer.stream)).split('\n').filter(Boolean);
}

/** The OpenTelemetry endpoint: something there that takes connections; what it speaks and whom it trusts a batch shows. */
export async function checkOtlp(env: NodeJS.ProcessEnv): Promise<Diagnosis> {
  const subject = 'OpenTelemetry';
  if (!isExported('LOGS', env)) return ok(subject, 'no endpoint is set: nothing is exported');
  let url: URL;
  try {
    url = otlpEndpoint('LOGS', env);
  } catch (error) {
    return failure(subject, (error as Error).message, 'Correct it; unset, nothing is exported');
  }
  // Only where it is, never what it is called with: an address can carry a password.
  const shown = url.protocol === 'unix:' ? url.pathname : `${url.protocol}//${url.host}`;
  return (await takesConnections(url))
    ? ok(subject, `${shown} answers`)
    : warning(
        subject,
        `${shown} does not answer`,
        'Messages wait for it; check OTEL_EXPORTER_OTLP_ENDPOINT and the collector',
      );
}

/** The role of the running server, by its management API. */
export async function checkRole(config: Config): Promise<Diagnosis> {
  const subject = 'role';
  try {
    const answer = await requestManagement(config, '/api/v1/status', { token: viewerToken(config), patienceMs });
    const said = await text(answer);
    if (answer.statusCode === 401)
      return warning(
        subject,
        'the management API refuses the viewer token',
        'Check FSP_VIEWER_TOKEN, or tokens.json in the data folder',
      );
    if (answer.statusCode !== 200)
      return warning(
        subject,
        `the management API answers ${answer.statusCode ?? 0}${titleIn(said)}`,
        answer.statusCode === 429
          ? 'Somebody asks with wrong tokens from this address; wait a minute, and see who it is'
          : 'Look at the log of the server, and at what else listens on the port of FSP_MANAGEMENT_PORT',
      );
    const status = JSON.parse(said) as {
      role: { version: number; removed: boolean } | null;
      throttle: { messageLimit: number; intervalSeconds: number; waiting: number };
    };
    if (status.role?.removed)
      return warning(subject, 'it was removed: no message is taken', 'Create it again if that was not meant');
    const { messageLimit, intervalSeconds, waiting } = status.throttle;
    const throttle = `${messageLimit} messages in ${intervalSeconds} s, ${waiting} waiting`;
    return status.role === null
      ? warning(
          subject,
          `not configured; the settings of the start hold (${throttle})`,
          'Create it by POST /api/v1/roles',
        )
      : ok(subject, `version ${status.role.version}: ${throttle}`);
  } catch (error) {
    if (error instanceof FspError) return failure(subject, error.message, 'Mend the two settings');
    return warning(
      subject,
      'the server does not run, or its management API does not answer',
      'Start it with fsp serve',
    );
  }
}

/** What a refusal of the management API says; nothing where something else answers there. */
function titleIn(said: string): string {
  try {
    const { title } = JSON.parse(said) as { title?: unknown };
    return typeof title === 'string' ? `: ${title}` : '';
  } catch {
    return '';
  }
}

function viewerToken({ viewerToken: configured, dataDir }: Config): string {
  if (configured !== '') return configured;
  try {
    return (JSON.parse(readFileSync(join(dataDir, 'tokens.json'), 'utf8')) as { viewer: string }).viewer;
  } catch {
    return 'none';
  }
}

/** Any answer at all: it is the way there that is tried. */
async function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(patienceMs), redirect: 'manual' }).then(
    () => true,
    () => false,
  );
}

async function takesConnections({ protocol, hostname, port, pathname }: URL): Promise<boolean> {
  const socket =
    protocol === 'unix:'
      ? connectTo(pathname)
      : connectTo(Number(port || (protocol === 'https:' ? 443 : 80)), hostname.replace(/^\[(.*)\]$/, '$1'));
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(patienceMs) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
