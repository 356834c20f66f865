import { randomUUID } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';
import { describeMessage } from '../../server/src/catalog/describe.js';
import { entriesOf } from '../../server/src/intake/accept.js';
import { rowOf } from '../../server/src/sinks/clickhouse-rows.js';
import { database } from '../shared-engine.js';
import { body } from './known-fleet.js';

/** A message of some moment of the past. */
export interface Told {
  name: string;
  state: number;
  /** When it was received, and said; milliseconds since 1970 UTC. */
  at: number;
  id?: string;
  topic?: number;
  params?: string[];
  address?: string;
  site?: string;
  receiver?: string;
  /** When it was imported, of a report that lay in a file. */
  imported?: number;
}

/** Stores messages as a receiver would have stored them then. */
export async function storeMessages(writer: ClickHouseClient, messages: readonly Told[]): Promise<void> {
  const batchId = randomUUID();
  const rows = messages.flatMap(
    ({ at, address = '10.1.1.1', site = 'PS1', receiver = 'FSP01', imported, ...said }, message) =>
      entriesOf(body({ ...said, ahead: at - Date.now() }), {
        receivedAt: at,
        clientAddress: imported === undefined ? address : '',
      }).map(
        (entry) =>
          rowOf(entry, message, {
            siteCode: site,
            serverName: receiver,
            batchId,
            processedAt: imported ?? at + 1_000,
            describe: (one) => describeMessage(one.message),
          }).row,
      ),
  );
  await writer.insert({ table: `${database}.state_messages`, values: rows, format: 'JSONEachRow' });
}

/** Stores a receiver's sign of life of a moment: one that is well, but for what is given. */
export async function storeSign(
  writer: ClickHouseClient,
  receiver: string,
  at: number,
  given: Record<string, unknown>,
): Promise<void> {
  await writer.insert({
    table: `${database}.receiver_status`,
    values: [
      {
        at,
        written_at: at,
        fsp_server: receiver,
        site_code: 'PS1',
        version: '1.0',
        taking_messages: true,
        message_limit: 10_000,
        interval_seconds: 3_600,
        instance_id: receiver,
        batch_id: randomUUID(),
        ...given,
      },
    ],
    format: 'JSONEachRow',
  });
}
