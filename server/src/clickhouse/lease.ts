import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import { FspError } from '../errors.js';
import { claim } from './claim.js';
import { onCaughtUpServer, type Placement } from './replicas.js';

/** How long others wait for a holder that says nothing any more. */
const defaultSeconds = 30;

export interface LeaseOptions {
  client: ClickHouseClient;
  placement: Placement;
  /** Who asks, for those who wait. */
  holder: string;
  seconds?: number;
  logger?: { info(message: string): void };
}

interface Newest {
  n: string;
  claim_id: string;
  holder: string;
  free: boolean;
}

/** The statement that makes the table of leases. */
export function leaseTable(database: string, onCluster: string, engine: string, window: string): string {
  return `CREATE TABLE IF NOT EXISTS ${database}.schema_leases ${onCluster}
(
    n UInt64 COMMENT 'Counts the leases; the newest one holds',
    claim_id String COMMENT 'Identity of the claim: the first of a number has it',
    holder String COMMENT 'Receiver that brings the schema up to date',
    at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When it was claimed or prolonged',
    seconds UInt32 COMMENT 'How long it holds from then; 0 gives it back'
)
ENGINE = ${engine}
ORDER BY n
SETTINGS ${window} = 1000
COMMENT 'Who brings the schema up to date: one receiver at a time'`;
}

/**
 * Does a step that only one receiver may do at a time. Another's turn is waited for, until it is over or its holder has
 * said nothing for a while: a crashed one does not hold up others for ever.
 * @param isDone asked while waiting: what another did need not be done again
 */
export async function underLease(
  options: LeaseOptions,
  isDone: () => Promise<boolean>,
  step: (stillHeld: () => void) => Promise<void>,
): Promise<void> {
  const { client, placement, holder, seconds = defaultSeconds, logger } = options;
  const table = `${placement.database}.schema_leases`;
  const id = randomUUID();
  let said = '';

  const insert = (n: number, forSeconds: number, token: string) =>
    client.insert({
      table,
      format: 'JSONEachRow',
      values: [{ n, claim_id: id, holder, seconds: forSeconds }],
      clickhouse_settings: { async_insert: 0, wait_end_of_query: 1, insert_deduplication_token: token },
    });
  const newest = () =>
    onCaughtUpServer(client, placement, 'schema_leases', async ({ ask }) => {
      const [row] = await ask<Newest>(
        `SELECT toString(n) AS n, argMin(l.claim_id, l.at) AS claim_id, argMin(l.holder, l.at) AS holder,
           min(l.seconds) = 0 OR max(addSeconds(l.at, l.seconds)) < now64(3) AS free
         FROM ${table} AS l GROUP BY l.n ORDER BY l.n DESC LIMIT 1`,
      );
      return row;
    });

  for (;;) {
    const last = await newest();
    if (last === undefined || last.free || last.holder === holder) {
      const n = Number(last?.n ?? 0) + 1;
      const mine = await claim({
        token: `lease-${n}`,
        id,
        insert: async (token) => {
          await insert(n, seconds, token);
        },
        first: async () => {
          const now = await newest();
          return now !== undefined && Number(now.n) >= n ? now.claim_id : undefined;
        },
      });
      if (mine) return holding(n);
      continue;
    }
    if (said !== last.holder) {
      logger?.info(`${last.holder} brings the schema of ${placement.database} up to date; ${holder} waits for it`);
      said = last.holder;
    }
    await sleep(Math.min(1_000, seconds * 250));
    if (await isDone()) return;
  }

  async function holding(n: number): Promise<void> {
    let from = clocks();
    const isOver = () => since(from) > seconds * 1_000;
    const timer = setInterval(
      () => {
        const asked = clocks();
        insert(n, seconds, `lease-${n}-${asked.steady}-${id}`).then(
          () => {
            // What ran out before it was prolonged may be another's by now: a process that was stopped for a while.
            if (!isOver()) from = asked;
          },
          () => undefined,
        );
      },
      (seconds * 1_000) / 3,
    );
    try {
      await step(() => {
        if (isOver())
          throw new FspError(
            'FSP_CLICKHOUSE_UNREACHABLE',
            'ClickHouse did not answer for so long that another receiver may bring the schema up to date now',
          );
      });
    } finally {
      clearInterval(timer);
      // Where that fails, the others wait until it runs out.
      await insert(n, 0, `lease-${n}-end-${id}`).catch(() => undefined);
    }
  }
}

/** A moment by both clocks: the steady one stands still while a machine is suspended, the other may be set. */
function clocks(): { steady: number; told: number } {
  return { steady: performance.now(), told: Date.now() };
}

/** How long ago a moment is, in milliseconds, by the clock that says more: a lease that is given up too early harms nobody. */
function since({ steady, told }: ReturnType<typeof clocks>): number {
  return Math.max(performance.now() - steady, Date.now() - told);
}
