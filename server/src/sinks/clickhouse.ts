import { setImmediate } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import { clickHouseError, isStatusUnknown, notClickHouse, refusesRows, RowText } from '../clickhouse/client.js';
import { onCaughtUpServer, type Placement } from '../clickhouse/replicas.js';
import { keptSince } from '../clickhouse/retention.js';
import { narrow } from '../delivery/narrow.js';
import type { Refused, Sink } from '../delivery/sink.js';
import { ClockCheck } from '../clock.js';
import { FspError } from '../errors.js';
import type { Batch, SpoolEntry } from '../spool/entries.js';
import { rowOf, rowText, rowTextInBatch, type Row, type RowContext } from './clickhouse-rows.js';
import { CountedOnce, keyed, type KeyedRow } from './counted-once.js';
import { insertOnce, rowsThere } from './stored-rows.js';

export interface ClickHouseSinkOptions extends Pick<RowContext, 'siteCode' | 'serverName' | 'describe'> {
  client: ClickHouseClient;
  database: string;
  /** Cluster that the database is spread over; its own name where absent. */
  cluster?: string;
  /** Replicas that must have a row, see `FSP_CLICKHOUSE_QUORUM`. */
  quorum?: string;
  /** As a rule nobody else brings messages to this ClickHouse: those that are there are looked for behind the rows only. */
  alone?: boolean;
}

/** How often rows that are missing after a successful insert are sent under a new token before the next attempt. */
const mostTokens = 4;

/** How long rows are made before others have their turn. */
const turnMs = 4;

/** The rows of a batch for one table, in their order. */
interface TableRows {
  table: string;
  rows: RowText[];
  /** When each of them was stored as far as the table's retention goes, in milliseconds since 1970. */
  storedAt: number[];
  /** Of messages: what each row's message is known by. */
  keys: KeyedRow[];
}

interface BatchRows {
  tables: TableRows[];
  /** Entries that no row can be made of. */
  refused: Refused[];
}

/**
 * Admitted entries become rows, each exactly once. A batch is one insert for each table; its rows carry the batch's id,
 * and its query id and deduplication token are the same on every attempt and on every server. A message that another
 * batch has brought already becomes none (see {@link CountedOnce}).
 *
 * What makes it once: after an unclear outcome the rows that are there are counted, on a server that has all that any
 * replica has, and those that are missing are sent under the same token. If the first insert is still under way,
 * ClickHouse refuses the second by its query id; if it commits late, one of the two is dropped by its token. Only when
 * ClickHouse knows the token and rows are missing all the same – a crash can come between noting the token and the rows'
 * being safe, or the only replica that had them lose its disk – a new token is used.
 *
 * What ends it: ClickHouse's own word on how many rows it wrote, to as many replicas as must have them. Whatever else
 * answers 200 is not ClickHouse.
 */
export function createClickHouseSink(options: ClickHouseSinkOptions): Sink {
  const { client, database } = options;
  const placement: Placement = {
    database,
    cluster: options.cluster || database,
    quorum: options.quorum ?? 'auto',
  };
  const once = new CountedOnce(client, placement, options.serverName, insert);
  /** Whether the last messages had been there before: one that comes again is seldom the only one. */
  let repeating = false;
  const prepared = new WeakMap<Batch, Promise<BatchRows>>();
  const clock = new ClockCheck(() => timeOf(client));

  function rowsFor(batch: Batch): Promise<BatchRows> {
    const known = prepared.get(batch) ?? rowsOf(batch, options);
    prepared.set(batch, known);
    return known;
  }

  function insert(table: string, rows: readonly (Row | RowText)[], token: string): Promise<void> {
    return insertOnce(client, placement, table, rows, token);
  }

  /**
   * Sends what is not there, in pieces where rows are refused; the pieces and their tokens are those of every attempt.
   * @param unknown told of pieces whose token ClickHouse knows, and not what became of them; without it that is an error
   */
  async function insertMissing(
    { table, rows }: TableRows,
    token: string,
    there: ReadonlySet<number>,
    unknown?: (error: Error) => void,
  ) {
    return narrow(
      rows.length,
      async (from, to) => {
        const missing = rows.slice(from, to).filter(({ place }) => !there.has(place));
        const piece = from === 0 && to === rows.length ? token : `${token}-${from}-${to}`;
        if (missing.length === 0) return;
        try {
          await insert(table, missing, piece);
        } catch (error) {
          if (unknown === undefined || !isStatusUnknown(error)) throw error;
          unknown(error as Error);
        }
      },
      refusesRows,
    );
  }

  /** Puts rows aside whose messages are there from other batches; their places, and those of rows put aside before. */
  async function setAside(
    batchId: string,
    { keys }: TableRows,
    there: ReadonlySet<number>,
    before: ReadonlySet<number>,
  ): Promise<Set<number>> {
    const missing = keys.filter(({ place }) => !there.has(place) && !before.has(place));
    const repeated = await once.alreadyThere(batchId, missing);
    await once.setAside(
      batchId,
      missing.filter(({ place }) => repeated.has(place)),
    );
    return new Set([...before, ...repeated]);
  }

  async function deliverFirst(batchId: string, tableRows: TableRows) {
    const aside = options.alone && !repeating ? none : await setAside(batchId, tableRows, none, none);
    const refused = await insertMissing(tableRows, tokenOf(batchId, tableRows.table, 0), aside);
    return { refused, there: none, aside };
  }

  async function deliverAgain(batchId: string, tableRows: TableRows) {
    const { table, rows, keys } = tableRows;
    let aside = keys.length > 0 ? await once.asideOf(batchId) : none;
    let unknown: Error | undefined;
    for (let attempt = 0; ; attempt++) {
      const there = await rowsThere(client, placement, batchId, table);
      aside = await setAside(batchId, tableRows, there, aside);
      const done = new Set([...there, ...aside]);
      // Whether the rows lag or are lost is seen by a look at a server that has all that any has, which ends here where
      // they lag.
      const refused = await insertMissing(tableRows, tokenOf(batchId, table, attempt), done, (error) => {
        unknown = error;
      });
      if (done.size >= rows.length) return { refused, there, aside };
      const now = await rowsThere(client, placement, batchId, table);
      const gone = new Set(refused.map(({ index }) => index));
      const isDone = (place: number) => now.has(place) || aside.has(place);
      const kept = await onCaughtUpServer(client, placement, table, ({ ask }) => keptSince(ask, database, table));
      // What a wrong clock, or an outage, made older than anything that is kept goes as it comes.
      const isKept = (index: number) => tableRows.storedAt[index]! >= kept;
      if (rows.every(({ place }, index) => gone.has(index) || isDone(place) || !isKept(index)))
        return { refused, there: now, aside };
      if (attempt + 1 < mostTokens) continue;
      throw (
        unknown ??
        new FspError(
          'FSP_CLICKHOUSE_REFUSED',
          `ClickHouse says that rows of batch ${batchId} were written to ${table}, and they are not there; check its disks and replicas`,
        )
      );
    }
  }

  async function deliverTable(batchId: string, tableRows: TableRows, redelivery: boolean) {
    const { refused, there, aside } = await (redelivery ? deliverAgain : deliverFirst)(batchId, tableRows);
    const { keys, rows } = tableRows;
    const gone = new Set(refused.map(({ index }) => rows[index]!.place));
    // One that was put aside by a look at its double may be there all the same: a crash came before it was taken out.
    const stored = (place: number) => !gone.has(place) && (there.has(place) || !aside.has(place));
    const kept = keys.filter(({ place }) => stored(place));
    const takenOut = await once.settle(batchId, kept);
    if (keys.length > 0) repeating = takenOut || aside.size > 0;
    return refused;
  }

  return {
    name: 'clickhouse',
    async ready() {
      try {
        await clock.pass();
      } catch (error) {
        throw clickHouseError(error);
      }
    },
    async prepare(batch) {
      await rowsFor(batch);
    },
    async deliver(batch, redelivery) {
      const { tables, refused: without } = await rowsFor(batch);
      const refused = [...without];
      try {
        // Once more: what was received by a clock that leapt after it was asked for would be the newest for ever.
        await clock.pass();
        for (const one of tables) {
          for (const { index, error } of await deliverTable(batch.id, one, redelivery)) {
            const { code = '', message } = error as { code?: string; message: string };
            refused.push({ index: one.rows[index]!.place, code, reason: oneLine(message) });
          }
        }
      } catch (error) {
        throw clickHouseError(error);
      }
      return refused;
    },
    close: () => Promise.resolve(),
  };
}

const none: ReadonlySet<number> = new Set();

/** What ClickHouse's clock says, in milliseconds since 1970 UTC. */
async function timeOf(client: ClickHouseClient): Promise<number> {
  const answer = await client.query({ query: 'SELECT toUnixTimestamp64Milli(now64(3)) AS now', format: 'JSONEachRow' });
  const [row] = await answer.json<{ now: string }>();
  if (!Number.isFinite(Number(row?.now ?? Number.NaN))) throw notClickHouse('it did not tell the time');
  return Number(row!.now);
}

function tokenOf(batchId: string, table: string, attempt: number): string {
  return attempt === 0 ? `${batchId}-${table}` : `${batchId}-${table}+${attempt}`;
}

async function rowsOf(batch: Batch, options: ClickHouseSinkOptions): Promise<BatchRows> {
  const context: RowContext = { ...options, batchId: batch.id, processedAt: batch.createdAt };
  const tables = new Map<string, TableRows>();
  const refused: Refused[] = [];
  let turn = performance.now();
  for (const [index, entry] of batch.entries.entries()) {
    if (performance.now() - turn > turnMs) {
      await setImmediate();
      turn = performance.now();
    }
    if (entry.kind === 'forgotten') continue;
    try {
      const { table, text } = textOf(entry, index, context);
      const one = tables.get(table) ?? { table, rows: [], storedAt: [], keys: [] };
      tables.set(table, one);
      one.rows.push(new RowText(index, text));
      one.storedAt.push(entry.kind === 'rejected_message' ? entry.receivedAt : batch.createdAt);
      if (entry.kind === 'state_message') one.keys.push(keyed(entry, index));
    } catch (error) {
      refused.push({ index, code: '', reason: `No row can be made of it: ${oneLine((error as Error).message)}` });
    }
  }
  return { tables: [...tables.values()], refused };
}

/** An entry's table and its row as JSON. Rows of logs are that already. */
function textOf(entry: SpoolEntry, index: number, context: RowContext): { table: string; text: string } {
  if (entry.kind === 'setup_log_row')
    return { table: 'setup_log_records', text: rowTextInBatch(entry.row, index, context) };
  const { table, row } = rowOf(entry, index, context);
  return { table, text: rowText(row) };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 300).toWellFormed();
}
