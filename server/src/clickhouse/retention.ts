import type { Ask } from './replicas.js';
import { digestSaid, textSaid, wordReceived } from './views/fragments.js';

/** How long data is kept, in days since it was stored: 0 keeps all, null as long as the database does already. */
export interface Retention {
  /** Messages, what is known of clients, records of set-up logs, refused bodies. */
  days: number | null;
  /** Reports as they came. */
  rawDays: number | null;
}

/** What holds in a database that nobody decided for. */
const usual = { days: 365, rawDays: 30 };

interface Table {
  name: string;
  engine: string;
  /** The statement that would make it again. */
  create: string;
}

/** What ends the time that a row is kept, from when it was stored. */
const storedAt: Record<string, string> = {
  state_messages: 'toDateTime(processed_at)',
  client_facts: 'toDateTime(last_received_at)',
  client_words: 'toDateTime(received_at)',
  client_names: 'toDateTime(intDiv(bitShiftRight(said_order, 21), 1000))',
  setup_log_records: 'stored_at',
  rejected_messages: 'toDateTime(received_at)',
  message_keys: 'toDateTime(received_on)',
  repeated_messages: 'toDateTime(received_at)',
};
const rawTable = 'state_messages';

/** Of a column of client_facts: the moment that it tells of; while it tells of none, as long as its row. */
const whenTold = (column: string, none: string, moment: string) =>
  `toDateTime(if(${column} = ${none}, last_received_at, ${moment}))`;

/**
 * What ends before its row does: columns by their table, with what ends them and whose lifetime is theirs. What a client
 * that goes on being heard said of its management point leaves with the row of client_words that tells the same, or two
 * views would differ about it; a user that it named, and the digest by which users are compared, by when it did.
 */
const columnsStoredAt: Record<string, Record<string, { at: string; lifetime: keyof Retention }>> = {
  [rawTable]: { raw: { at: storedAt[rawTable]!, lifetime: 'rawDays' } },
  client_facts: {
    management_point: { at: whenTold('management_point', '0', wordReceived('management_point')), lifetime: 'days' },
    certificate: { at: whenTold('certificate', '0', wordReceived('certificate')), lifetime: 'days' },
    user_name: { at: whenTold('user_name', "''", textSaid('user_name')), lifetime: 'days' },
    // Worked out anew as it ends, of the name that has ended.
    user_digest: { at: whenTold('user_digest', '0', digestSaid('user_digest')), lifetime: 'days' },
  },
};

/**
 * The statements that make tables keep what they are to keep, from how they are; none where they do. ClickHouse deletes
 * by itself from then on, and what is too old already as parts are merged. What nobody sets is as messages have it: a
 * receiver that is added to others, and says nothing, must not delete what those keep.
 * @param isNew whether nothing was decided for this database yet
 */
export function retentionStatements(
  existing: readonly Table[],
  { database, onCluster }: { database: string; onCluster: string },
  asked: Retention,
  isNew: boolean,
): string[] {
  const kept = isNew ? usual : keptNow(existing);
  const days = asked.days ?? kept.days;
  const rawDays = asked.rawDays ?? kept.rawDays;
  return existing.flatMap(({ name, engine, create }) => {
    const table = name.replace(/_local$/, '');
    const at = storedAt[table];
    // With shards a plain name holds nothing.
    if (at === undefined || !engine.endsWith('MergeTree')) return [];
    const changes: string[] = [];
    for (const [column, ends] of Object.entries(columnsStoredAt[table] ?? {})) {
      const wanted = { days, rawDays }[ends.lifetime];
      // A later migration adds some of them.
      if (columnIn(create, column) !== undefined && lifetimeOfColumn(create, column) !== wanted)
        changes.push(
          `MODIFY COLUMN ${column} ${wanted === 0 ? 'REMOVE TTL' : `TTL ${ends.at} + toIntervalDay(${wanted})`}`,
        );
    }
    // Last: a comma behind it would be for one more end.
    if (lifetimesOf(create).days !== days)
      changes.push(days === 0 ? 'REMOVE TTL' : `MODIFY TTL ${at} + toIntervalDay(${days})`);
    // As one: each would have all that is there looked through.
    return changes.length === 0 ? [] : [`ALTER TABLE ${database}.${name} ${onCluster} ${changes.join(', ')}`];
  });
}

function keptNow(existing: readonly Table[]) {
  const messages = existing.find(
    ({ name, engine }) => name.replace(/_local$/, '') === rawTable && engine.endsWith('MergeTree'),
  );
  return messages === undefined ? usual : lifetimesOf(messages.create);
}

/** How long a table keeps its rows, and the column raw where it has it. */
const lifetimesOf = (create: string) => ({
  days: lifetimeIn(create.split(/\bENGINE = /)[1] ?? ''),
  rawDays: lifetimeOfColumn(create, 'raw'),
});

/** How long a table keeps what is in a column, where that ends before its row. */
const lifetimeOfColumn = (create: string, column: string) => lifetimeIn(columnIn(create, column) ?? '');

/** What a CREATE statement says of a column; undefined where there is none of that name. */
const columnIn = (create: string, column: string) =>
  create
    .split(/\bENGINE = /)[0]!
    .split(/[,(]\s*(?=`)/)
    .find((one) => one.startsWith(`\`${column}\` `));

/** Days in a piece of a CREATE statement; 0 for no end. */
function lifetimeIn(text: string): number {
  const at = text.search(/\bTTL\b/);
  return at === -1 ? 0 : Number(/^[^\n]*?toIntervalDay\((\d+)\)/.exec(text.slice(at))?.[1] ?? 0);
}

/**
 * Rows of a table that were stored before that moment (milliseconds since 1970, by ClickHouse's clock) are not kept: there
 * is nothing wrong where they are not there. -Infinity where all are kept.
 */
export async function keptSince(ask: Ask, database: string, table: string): Promise<number> {
  const [found] = await ask<{ create: string; now: number }>(
    `SELECT create_table_query AS create, toUnixTimestamp(now()) AS now FROM system.tables
     WHERE database = {database: String} AND name IN ({table: String}, {local: String}) AND engine LIKE '%MergeTree'`,
    { database, table, local: `${table}_local` },
  );
  const { days } = lifetimesOf(found?.create ?? '');
  return days === 0 ? -Infinity : (Number(found?.now) - days * 86_400) * 1_000;
}
