import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { FspError } from '../errors.js';
import { clickHouseError } from './client.js';
import { viewStatements } from './views/index.js';
import { rollUpOf } from './views/roll-ups.js';

export interface Schema {
  database: string;
  /** Cluster whose servers all get the tables; absent for a single server. */
  cluster?: string;
}

export interface Migration {
  version: number;
  name: string;
  statements: string[];
  checksum: string;
}

/** A semicolon at the end of a line ends a statement. */
const statementEnd = /;\s*$/m;

/** The numbered files, rendered for a database and, with a cluster, in its form. */
export function migrations({ database, cluster }: Schema): Migration[] {
  const folder = new URL('./migrations/', import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => {
      const source = readFileSync(new URL(name, folder), 'utf8');
      const rendered = source
        .replaceAll(/\{roll-up (\w+)\}/g, (_, table: string) => rollUpOf(table, `${database}.state_messages`))
        .replaceAll('{database}', database)
        .replaceAll('{on_cluster}', cluster === undefined ? '' : `ON CLUSTER '${cluster}'`)
        .replaceAll('{replicated}', cluster === undefined ? '' : 'Replicated')
        .replaceAll(
          '{dedup_window}',
          cluster === undefined ? 'non_replicated_deduplication_window' : 'replicated_deduplication_window',
        );
      return {
        version: Number.parseInt(name, 10),
        name,
        statements: rendered
          .replaceAll(/^--.*$/gm, '')
          .split(statementEnd)
          .map((statement) => statement.trim())
          .filter(Boolean),
        checksum: createHash('sha256').update(source).digest('hex'),
      };
    });
}

/**
 * Brings the schema up to date: each numbered file once, then every view as it is now. Several receivers may do so at the same time: every statement
 * can be said twice without harm, and what was applied is only remembered to spare the work.
 * @throws FspError FSP_CLICKHOUSE_UNREACHABLE, FSP_CLICKHOUSE_REFUSED; also where an applied file was changed since
 */
export async function migrate(client: ClickHouseClient, schema: Schema): Promise<void> {
  const { database, cluster } = schema;
  const onCluster = cluster === undefined ? '' : ` ON CLUSTER '${cluster}'`;
  const run = (query: string) => client.command({ query });
  try {
    await run(`CREATE DATABASE IF NOT EXISTS ${database}${onCluster}`);
    await run(
      `CREATE TABLE IF NOT EXISTS ${database}.schema_migrations${onCluster} (version UInt32, name String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
       ENGINE = ${cluster === undefined ? '' : 'Replicated'}ReplacingMergeTree ORDER BY version COMMENT 'Schema changes that were applied'`,
    );
    const answer = await client.query({
      query: `SELECT version, checksum FROM ${database}.schema_migrations`,
      format: 'JSONEachRow',
    });
    const applied = new Map(
      (await answer.json<{ version: number; checksum: string }>()).map((row) => [row.version, row.checksum]),
    );
    for (const migration of migrations(schema)) {
      const checksum = applied.get(migration.version);
      if (checksum === migration.checksum) continue;
      if (checksum !== undefined) {
        throw new FspError(
          'FSP_CLICKHOUSE_REFUSED',
          `Migration ${migration.name} was applied to ${database} in another form; use the version of the server that made it, or another database`,
        );
      }
      for (const statement of migration.statements) await run(statement);
      await client.insert({
        table: `${database}.schema_migrations`,
        format: 'JSONEachRow',
        values: [{ version: migration.version, name: migration.name, checksum: migration.checksum }],
      });
    }
    for (const statement of viewStatements(schema)) await run(statement);
  } catch (error) {
    throw clickHouseError(error);
  }
}
