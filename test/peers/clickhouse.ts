import { join } from 'node:path';
import { connect } from '../../server/src/clickhouse/client.js';
import { readEngineCredentials } from '../../server/src/clickhouse/credentials.js';
import { startServer } from '../server-process.js';
import { temporaryFolder } from './processes.js';

/** The engine that both sides write to: the repository's own, started by a server that does nothing else. */
export interface ClickHouse {
  url: string;
  /** host:port of the native protocol. */
  native: string;
  user: string;
  password: string;
  version: string;
  rows<Row>(sql: string): Promise<Row[]>;
  /** The one number that a query answers with. */
  number: (sql: string) => Promise<number>;
  command(sql: string): Promise<void>;
  insert(table: string, rows: readonly object[]): Promise<void>;
  /** What a server needs to deliver there. */
  settings(): Record<string, string>;
  close(): Promise<void>;
}

export async function startClickHouse(): Promise<ClickHouse> {
  const folder = temporaryFolder();
  // Told by a flag, a data folder is not taken from those that tests have prepared.
  const server = await startServer(folder.path, { FSP_SERVER_NAME: 'ENGINE' }, ['--data-dir', folder.path]);
  const credentials = readEngineCredentials(join(folder.path, 'clickhouse'));
  if (credentials === null) throw new Error('The engine left no credentials');
  const { url, native = '', writer } = credentials;
  const client = connect({ url, ...writer, database: 'fsp', silenceMs: 600_000 });
  const rows = async <Row>(query: string) => (await client.query({ query, format: 'JSONEachRow' })).json<Row>();
  const [version] = await rows<{ v: string }>('SELECT version() AS v');
  return {
    url,
    native,
    user: writer.username,
    password: writer.password,
    version: version?.v ?? '',
    rows,
    number: async (sql) => {
      const [row = {}] = await rows<Record<string, string | number>>(sql);
      return Number(Object.values(row)[0]);
    },
    async command(query) {
      await client.command({ query });
    },
    async insert(table, values) {
      await client.insert({ table, values, format: 'JSONEachRow' });
    },
    settings: () => ({
      FSP_CLICKHOUSE_URL: url,
      FSP_CLICKHOUSE_USER: writer.username,
      FSP_CLICKHOUSE_PASSWORD: writer.password,
    }),
    async close() {
      await client.close();
      await server.kill('SIGTERM');
      folder.remove();
    },
  };
}
