import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll } from 'vitest';
import { connect } from '../server/src/clickhouse/client.js';
import { startEngine, type Engine } from '../server/src/clickhouse/engine.js';
import { migrate } from '../server/src/clickhouse/migrate.js';
import { describeMessage } from '../server/src/catalog/describe.js';
import type { Sink } from '../server/src/delivery/sink.js';
import { createClickHouseSink } from '../server/src/sinks/clickhouse.js';
import { prepareEngine } from './prepared-engine.js';
import { testFolder } from './test-folder.js';

export const database = 'fsp';

export interface SharedEngine {
  engine: Engine;
  /** The engine's own folder. */
  folder: string;
  writer: ClickHouseClient;
  reader: ClickHouseClient;
  /** What a query answers, as the reader. */
  rows<Row>(query: string): Promise<Row[]>;
}

/** The sink of a receiver with the usual names. */
export const sinkOver = (client: ClickHouseClient, { serverName = 'FSP01', alone = false } = {}): Sink =>
  createClickHouseSink({
    client,
    database,
    siteCode: 'PS1',
    serverName,
    alone,
    describe: ({ message }) => describeMessage(message),
  });

/** One embedded engine with our schema for a file of tests. Nothing in it is too old to be kept: absurd dates are tried. */
export function sharedEngine(): SharedEngine {
  const folder = testFolder();
  const shared = { folder: join(folder, 'clickhouse') } as SharedEngine;
  beforeAll(async () => {
    await prepareEngine(folder);
    shared.engine = await startEngine({ dataDir: shared.folder, port: 0, database });
    const { url, writer, reader } = shared.engine;
    shared.writer = connect({ url, ...writer, database: 'default' });
    shared.reader = connect({ url, ...reader, database });
    shared.rows = async <Row>(query: string) =>
      (await shared.reader.query({ query, format: 'JSONEachRow' })).json<Row>();
    await migrate(shared.writer, { database, retention: { days: 0, rawDays: 0 } });
  });
  afterAll(async () => {
    await shared.writer?.close();
    await shared.reader?.close();
    await shared.engine?.stop();
  });
  return shared;
}
