import { afterEach, beforeEach } from 'vitest';
import { connect } from '../../server/src/clickhouse/client.js';
import type { Refused, Sink } from '../../server/src/delivery/sink.js';
import type { Batch, SetupLogRecordEntry } from '../../server/src/spool/entries.js';
import type { ClickHouseClient } from '@clickhouse/client';
import { entry } from '../entries.js';
import { startFaultProxy, type FaultProxy } from '../fault-proxy.js';
import { database, sharedEngine, sinkOver, type SharedEngine } from '../shared-engine.js';

/** A sink, its ClickHouse, and what can go wrong between them. */
export interface Way extends SharedEngine {
  /** A new one before each test. */
  proxy: FaultProxy;
  viaProxy: ClickHouseClient;
  /** Delivers through the proxy. */
  sink: Sink;
}

/** One engine for a file of tests, and for each test of it a way there of its own. */
export function faultyWay(): Way {
  const way = sharedEngine() as Way;
  beforeEach(async () => {
    way.proxy = await startFaultProxy(way.engine.url);
    way.viaProxy = connect({ url: way.proxy.url, ...way.engine.writer, database: 'default', silenceMs: 1_500 });
    way.sink = sinkOver(way.viaProxy);
  });
  afterEach(async () => {
    await way.proxy.stop();
    await way.viaProxy.close();
  });
  return way;
}

let groups = 0;
/** So many messages that no other call gives. */
export const messages = (count: number) => {
  groups++;
  return Array.from({ length: count }, (_, index) => entry(`M${groups}N${index}`));
};
export const record = (index: number, loggedAt: number): SetupLogRecordEntry => ({
  kind: 'setup_log_record',
  recordId: `record-${groups}-${index}`,
  runId: '',
  hostName: 'FSP01',
  logFile: 'x.log',
  logFormat: 'msi',
  loggedAt,
  lineNumber: index + 1,
  byteOffset: index,
  severity: 'INFO',
  component: '',
  thread: '',
  sourceFile: '',
  message: `line ${index}`,
  errorCode: '',
  errorText: '',
  remarks: [],
  original: '',
});
/** Rows of a batch, and how many different ones: both are the debt where each is there once. */
export const rowsOf = async ({ writer }: Pick<Way, 'writer'>, batch: Batch, table = 'state_messages') => {
  const answer = await writer.query({
    query: `SELECT toUInt32(count()) AS rows, toUInt32(uniqExact(row_id)) AS different FROM ${database}.${table} WHERE batch_id = {id: String}`,
    query_params: { id: batch.id },
    format: 'JSONEachRow',
  });
  const [row] = await answer.json<{ rows: number; different: number }>();
  return [row?.rows, row?.different];
};
export const isInsert = (address: string) => /INSERT(%20|\+| )INTO(%20|\+| )\w+\.state_messages/i.test(address);
/** Delivers as the delivery does: the same batch again until the sink has it. */
export const deliver = async ({ sink }: Pick<Way, 'sink'>, batch: Batch, tries = 12): Promise<Refused[]> => {
  for (let attempt = 0; ; attempt++) {
    try {
      return await sink.deliver(batch, attempt > 0);
    } catch (error) {
      if (attempt >= tries) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
};
