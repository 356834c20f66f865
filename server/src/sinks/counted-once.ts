import type { ClickHouseClient } from '@clickhouse/client';
import { onCaughtUpServer, type Ask, type Placement } from '../clickhouse/replicas.js';
import type { StateMessageEntry } from '../spool/entries.js';
import type { Row } from './clickhouse-rows.js';

/** How many messages are looked for in one question, whose text ClickHouse takes up to 256 KiB of. */
const atOnce = 5_000;
const hourMs = 3_600_000;
const uint32 = 2 ** 32 - 1;
/** The latest that a Date holds. */
const latestDate = Date.UTC(2149, 5, 6);

/** What a message is looked for by: the same whichever receiver took it, and however often. */
export interface MessageKey {
  hour: number;
  /** As a decimal number, which JSON could not hold. */
  id: string;
  received_on: string;
}

export function keyOf({ messageId, message, receivedAt }: StateMessageEntry): MessageKey {
  // Not messageTime(): the report's time and ours are others when the message comes again.
  const known = (ms: number | null) => (ms === null || Number.isNaN(ms) ? 0 : ms);
  const hour = Math.floor(known(message.messageTime) / hourMs);
  return {
    hour: Math.min(Math.max(hour, 0), uint32),
    id: BigInt(`0x${messageId.slice(16)}`).toString(),
    received_on: new Date(Math.min(Math.max(known(receivedAt), 0), latestDate)).toISOString().slice(0, 10),
  };
}

/** A row of state_messages and what its message is looked for by. */
export interface KeyedRow {
  row: Row;
  key: MessageKey;
}

interface Copy {
  message_id: string;
  batch_id: string;
  row_id: number;
  received_at: string;
  fsp_server: string;
}

/**
 * A client sends a message again when an answer was lost, and behind a name or a load balancer it may go to another
 * receiver, whose spool does not know it. What is in ClickHouse already is known there by its key, and set aside instead
 * of stored: so every count of rows is one of messages, and no question has to know of it.
 *
 * The keys of a batch are noted behind its rows. Two receivers that deliver the same message at the same moment both see
 * nothing before; one of them at least sees both keys behind its own, and takes out the row that is the later one by a
 * rule that both know.
 */
export class CountedOnce {
  constructor(
    private readonly client: ClickHouseClient,
    private readonly placement: Placement,
    private readonly insert: (table: string, rows: Row[], token: string) => Promise<void>,
  ) {}

  /** Places in a batch of rows whose messages other batches have brought. */
  async alreadyThere(batchId: string, rows: readonly KeyedRow[]): Promise<Set<number>> {
    const ask: Ask = async <Found>(query: string, parameters: Record<string, unknown> = {}) => {
      const answer = await this.client.query({ query, query_params: parameters, format: 'JSONEachRow' });
      return answer.json<Found>();
    };
    const found = await this.find(ask, rows, 1);
    const others = new Set(
      (await this.copies(ask, found)).filter((one) => one.batch_id !== batchId).map((one) => one.message_id),
    );
    return new Set(
      rows.filter(({ row }) => others.has(row.message_id as string)).map(({ row }) => row.row_id as number),
    );
  }

  /** Places of rows of a batch that were set aside before. */
  async asideOf(batchId: string): Promise<Set<number>> {
    return onCaughtUpServer(this.client, this.placement, 'repeated_messages', async ({ ask }) => {
      const rows = await ask<{ row_id: number }>(
        `SELECT DISTINCT row_id FROM ${this.placement.database}.repeated_messages WHERE batch_id = {batchId: String}`,
        { batchId },
      );
      return new Set(rows.map((row) => row.row_id));
    });
  }

  async setAside(batchId: string, rows: readonly KeyedRow[]): Promise<void> {
    if (rows.length === 0) return;
    const places = rows.map(({ row }) => row.row_id as number);
    await this.insert(
      'repeated_messages',
      rows.map(({ row: { message_id, received_at, fsp_server, batch_id, row_id } }) => ({
        message_id,
        received_at,
        fsp_server,
        batch_id,
        row_id,
      })),
      // Which rows they are may differ from attempt to attempt.
      `${batchId}-repeated-${places.length}-${places.reduce((sum, place) => (sum * 31 + place + 1) % 2 ** 31, 7)}`,
    );
  }

  /** Notes the keys of rows that are there, and sees that each of their messages is there once. */
  async settle(batchId: string, rows: readonly KeyedRow[]): Promise<void> {
    if (rows.length === 0) return;
    await this.insert(
      'message_keys',
      rows.map(({ key }) => ({ ...key })),
      `${batchId}-keys-${rows.length}`,
    );
    const doubtful = await onCaughtUpServer(this.client, this.placement, 'message_keys', ({ ask }) =>
      this.find(ask, rows, 2),
    );
    if (doubtful.length > 0) await this.takeOut(batchId, doubtful);
  }

  /** Rows whose key was noted at least so often. */
  private async find(ask: Ask, rows: readonly KeyedRow[], times: number): Promise<(KeyedRow & { days: number[] })[]> {
    const found: (KeyedRow & { days: number[] })[] = [];
    for (let from = 0; from < rows.length; from += atOnce) {
      const some = rows.slice(from, from + atOnce);
      const noted = await ask<{ hour: number; id: string; days: number[] }>(
        `SELECT hour, toString(id) AS id, groupUniqArray(toUInt16(received_on)) AS days FROM ${this.placement.database}.message_keys
         WHERE hour IN (${[...new Set(some.map(({ key }) => key.hour))].join()}) AND id IN (${some.map(({ key }) => key.id).join()})
         GROUP BY hour, id HAVING count() >= ${times}`,
      );
      const byKey = new Map(noted.map(({ hour, id, days }) => [`${hour}/${id}`, days]));
      for (const one of some) {
        const days = byKey.get(`${one.key.hour}/${one.key.id}`);
        if (days !== undefined) found.push({ ...one, days });
      }
    }
    return found;
  }

  /** The rows that there are of messages. Half an identity is none: the whole of it counts, and that the row is there. */
  private async copies(ask: Ask, rows: readonly (KeyedRow & { days: number[] })[]): Promise<Copy[]> {
    const copies: Copy[] = [];
    for (let from = 0; from < rows.length; from += atOnce) {
      const some = rows.slice(from, from + atOnce);
      const days = [...new Set(some.flatMap((one) => one.days))].map((day) => `toDate(${day})`);
      const ids = [...new Set(some.map(({ row }) => `'${row.message_id as string}'`))];
      copies.push(
        ...(await ask<Copy>(
          `SELECT message_id, batch_id, row_id, toString(received_at) AS received_at, fsp_server FROM ${this.placement.database}.state_messages
           WHERE toDate(received_at) IN (${days.join()}) AND message_id IN (${ids.join()})
           ORDER BY processed_at, batch_id, row_id`,
        )),
      );
    }
    return copies;
  }

  private async takeOut(batchId: string, doubtful: readonly (KeyedRow & { days: number[] })[]): Promise<void> {
    const { database, cluster } = this.placement;
    const { copies, table, engine } = await onCaughtUpServer(
      this.client,
      this.placement,
      'state_messages',
      async ({ ask, table }) => {
        const [own] = await ask<{ engine: string }>(
          'SELECT engine FROM system.databases WHERE name = {database: String}',
          { database },
        );
        return { copies: await this.copies(ask, doubtful), table, engine: own?.engine };
      },
    );
    // A Replicated database brings it to all servers by itself.
    const onCluster = table.spread === 'one' || engine === 'Replicated' ? '' : `ON CLUSTER '${cluster}'`;
    const placeOf = ({ batch_id, row_id }: Copy) => `${batch_id}/${row_id}`;
    const kept = new Map<string, string>();
    for (const one of copies) if (!kept.has(one.message_id)) kept.set(one.message_id, placeOf(one));
    // By place and not by row: a row that is there twice would be taken out twice, and be gone.
    const later = copies.filter((one) => kept.get(one.message_id) !== placeOf(one));
    if (later.length === 0) return;
    // Noted before they go: they are never missing in both.
    await this.insert(
      'repeated_messages',
      later.map((one) => ({ ...one })),
      `${batchId}-later-${later.length}-${later[0]!.message_id}`,
    );
    for (let from = 0; from < later.length; from += atOnce / 5) {
      const places = later.slice(from, from + atOnce / 5);
      // Beside their places their days, by which ClickHouse leaves out most of a large table.
      const days = [...new Set(places.map(({ received_at }) => `'${received_at.slice(0, 10)}'`))];
      await this.client.command({
        query: `DELETE FROM ${database}.${table.local} ${onCluster} WHERE toDate(received_at) IN (${days.join()}) AND (batch_id, row_id) IN (${places.map(({ batch_id, row_id }) => `('${batch_id}', ${row_id})`).join()})`,
        clickhouse_settings: { lightweight_deletes_sync: '1', wait_end_of_query: 1 },
      });
    }
  }
}
