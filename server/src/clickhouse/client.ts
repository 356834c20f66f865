import { createClient, type ClickHouseClient } from '@clickhouse/client';
import { FspError } from '../errors.js';

/** The oldest ClickHouse whose SQL the migrations use. */
const oldest = { major: 25, minor: 3 };

export interface Connection {
  url: string;
  username: string;
  password: string;
  database: string;
}

/** The official client over HTTP, with settings that make an insert's answer mean that the rows are there. */
export function connect({ url, username, password, database }: Connection): ClickHouseClient {
  return createClient({
    url,
    username,
    password,
    database,
    application: 'fallback-status-point',
    request_timeout: 60_000,
    keep_alive: { enabled: true },
    // The client logs on its own otherwise; errors reach us and are said once, in our words.
    log: { level: 127 },
  });
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

/** A failure of the client as an error of the catalogue: away, or there and unwilling. */
export function clickHouseError(error: unknown): FspError {
  if (error instanceof FspError) return error;
  const { message = '', code = '' } = error as { message?: string; code?: string };
  // ClickHouse's own errors carry its number; all else is the way to it.
  if (/^\d+$/.test(code)) {
    const reason = message.slice(0, 1_000).replaceAll(/\s+/g, ' ').slice(0, 300);
    return new FspError('FSP_CLICKHOUSE_REFUSED', `ClickHouse refused with code ${code}: ${reason}`, { cause: error });
  }
  const reason = code || message.split('\n')[0] || 'no answer';
  return new FspError(
    'FSP_CLICKHOUSE_UNREACHABLE',
    `ClickHouse does not answer (${reason}); check that it runs and FSP_CLICKHOUSE_URL`,
    { cause: error },
  );
}
