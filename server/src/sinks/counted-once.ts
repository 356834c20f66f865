import type { ClickHouseClient } from '@clickhouse/client';
import { isStatusUnknown } from '../clickhouse/client.js';
import { onCaughtUpServer, type Ask, type Placement } from '../clickhouse/replicas.js';
import type { StateMessageEntry } from '../spool/entries.js';
import { time, type Row } from './clickhouse-rows.js';

/** How many messages are looked for in one question, whose text ClickHouse takes up to 256 KiB of. */
const atOnce = 5_000;
const hourMs = 3_600_000;
const uint32 = 2 ** 32 - 1;
/** The latest that a Date holds. */
const latestDate = Date.UTC(2149, 5, 6);

/** What a message is looked for by: the same whichever receiver took it, and however often. */
interface MessageKey {
  hour: number;
  /** As a decimal number, which JSON could not hold. */
  id: string;
  received_on: string;
}

/** A row of state_messages, by its place in the batch, and what its message is looked for by. */
export interface KeyedRow {
  place: number;
  messageId: string;
  /** Milliseconds since 1970 UTC. */
  receivedAt: number;
  key: MessageKey;
}

/** A message at its place in a batch. */
export function keyed({ messageId, message, receivedAt }: StateMessageEntry, place: number): KeyedRow {
  // Not messageTime(): the report's time and ours are others when the message comes again.
  const known = (ms: number | null) => (ms === null || Number.isNaN(ms) ? 0 : ms);
  const hour = Math.floor(known(message.messageTime) / hourMs);
  return {
    place,
    messageId,
    receivedAt,
    key: {
      hour: Math.min(Math.max(hour, 0), uint32),
      id: BigInt(`0x${messageId.slice(16)}`).toString(),
      received_on: new Date(Math.min(Math.max(known(receivedAt), 0), latestDate)).toISOString().slice(0, 10),
    },
  };
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
    private readonly serverName: string,
    private readonly insert: (table: string, rows: readonly Row[], token: string) => Promise<void>,
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
    return new Set(rows.filter(({ messageId }) => others.has(messageId)).map(({ place }) => place));
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
    const places = rows.map(({ place }) => place);
    await this.note(
      'repeated_messages',
      rows.map(({ messageId, receivedAt, place }) => ({
        message_id: messageId,
        received_at: time(receivedAt),
        fsp_server: this.serverName,
        batch_id: batchId,
        row_id: place,
      })),
      // Which rows they are may differ from attempt to attempt.
      `${batchId}-repeated-${places.length}-${places.reduce((sum, place) => (sum * 31 + place + 1) % 2 ** 31, 7)}`,
    );
  }

  /** Notes the keys of rows that are there, and sees that each of their messages is there once; whether one was not. */
  async settle(batchId: string, rows: readonly KeyedRow[]): Promise<boolean> {
    if (rows.length === 0) return false;
    await this.note(
      'message_keys',
      rows.map(({ key }) => ({ ...key })),
      `${batchId}-keys-${rows.length}`,
    );
    const doubtful = await onCaughtUpServer(this.client, this.placement, 'message_keys', ({ ask }) =>
      this.find(ask, rows, 2),
    );
    return doubtful.length > 0 && (await this.takeOut(batchId, doubtful));
  }

  /**
   * Writes rows that may be there twice: a key that is costs a look, and rows set aside are told apart by their places.
   * What ClickHouse knows the token of and cannot find – its only replica may have lost its disk – is sent under another.
   */
  private async note(table: string, rows: readonly Row[], token: string): Promise<void> {
    try {
      await this.insert(table, rows, token);
    } catch (error) {
      if (!isStatusUnknown(error)) throw error;
      await this.insert(table, rows, `${token}-again`);
    }
  }

  /** Rows whose key was noted at least so often. */
  private async find(ask: Ask, rows: readonly KeyedRow[], times: number): Promise<(KeyedRow & { days: number[] })[]> {
    const found: (KeyedRow & { days: number[] })[] = [];
    for (let from = 0; from < rows.length; from += atOnce) {
      const some = rows.slice(from, from + atOnce);
      const noted = await ask<{ hour: number; id: string; days: number[] }>(
        `SELECT hour, toString(id) AS id, groupUniqArray(toUInt16(received_on)) AS days FROM ${this.placement.database}.message_keys
         WHERE hour IN (${[...new Set(some.map(({ key }) => key.hour))].join()}) AND id IN (${idsOf(some)})
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
      const ids = [...new Set(some.map(({ messageId }) => `'${messageId}'`))];
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

  /** Whether there was one. */
  private async takeOut(batchId: string, doubtful: readonly (KeyedRow & { days: number[] })[]): Promise<boolean> {
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
    if (later.length === 0) return false;
    // Noted before they go: they are never missing in both.
    await this.note(
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
    return true;
  }
}

/** The ids of messages as a question: one text, which ClickHouse reads sooner than as many numbers. */
function idsOf(rows: readonly KeyedRow[]): string {
  const ids = rows.map(({ messageId }) => messageId.slice(16)).join('');
  return `SELECT arrayJoin(arrayMap(at -> reinterpretAsUInt64(reverse(substring(unhex('${ids}'), at, 8))), range(1, ${rows.length * 8}, 8)))`;
}
