import { once } from 'node:events';
import { pipeline, type Readable } from 'node:stream';
import type { ClickHouseClient, DataFormat } from '@clickhouse/client';
import { FspError } from '../errors.js';
import { clickHouseError } from './client.js';
import { refuseFileFunction } from './file-gate.js';
import { withLateError } from './late-error.js';
import { Bounded, QueryGate, refuseOtherThanReading } from './query-gate.js';

/** What one answer may have: more is no answer for a page, and `fsp query` has no such limit. */
const mostBytes = 64 * 1024 * 1024;
/** An answer up to this size is held until it is whole, so that an error in its middle is told as one. */
const heldBytes = 1024 * 1024;
const withinMs = 60_000;

export interface ReaderOptions {
  /** By which the product asks for itself, in its own words; made read-only. */
  client: ClickHouseClient;
  database: string;
  /** By which others ask: an account that may only read. @throws FspError where there is none, and why */
  asker(): Promise<ClickHouseClient>;
}

/** What is answered to a question. */
export interface Answer {
  /** Its rows, in that format. */
  rows: Readable;
  /** As ClickHouse names it. */
  format: string;
}

/** What the management API reads, read-only. @throws FspError FSP_QUERY_FAILED, FSP_CLICKHOUSE_… */
export class DataReader {
  private readonly gate = new QueryGate();

  constructor(private readonly options: ReaderOptions) {}

  setupRuns(limit: number): Promise<object[]> {
    return this.rows(
      `SELECT * FROM ${this.options.database}.setup_runs ORDER BY started_at DESC LIMIT {limit: UInt32}`,
      { limit },
    );
  }

  setupRunRecords(runId: string, after: number, limit: number): Promise<object[]> {
    return this.rows(
      `SELECT * EXCEPT (batch_id, row_id) FROM ${this.options.database}.setup_log_records
       WHERE run_id = {runId: String} AND line_number > {after: UInt64} ORDER BY line_number, byte_offset LIMIT {limit: UInt32}`,
      { runId, after, limit },
    );
  }

  /**
   * What somebody asks, as it comes: bounded in bytes and in time, a few at a time.
   * @param asker by what one who asks is told from another; nobody takes all places
   * @param signal ends the query, also at the engine
   * @param format as ClickHouse names it; what the query names itself goes first
   * @throws FspError FSP_QUERY_BUSY too; the stream fails where the answer is too large or the query fails later
   */
  async query(sql: string, asker: string, signal: AbortSignal, format = 'JSON'): Promise<Answer> {
    const ended = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
    const leave = await this.gate.enter(asker, ended);
    try {
      const asked = await askReadOnly(await this.options.asker(), sql, format, ended);
      const answer = new Bounded(mostBytes, heldBytes);
      pipeline(asked.rows, answer, leave);
      // What the asker does not take in time holds up a turn of others.
      ended.addEventListener('abort', () => answer.destroy(new Error('The query was ended')), { once: true });
      await once(answer, 'begun');
      return { rows: answer, format: asked.format };
    } catch (error) {
      leave();
      throw queryError(error);
    }
  }

  private async rows(query: string, parameters: Record<string, unknown>): Promise<object[]> {
    try {
      const answer = await this.options.client.query({
        query,
        query_params: parameters,
        format: 'JSONEachRow',
        clickhouse_settings: { readonly: '2' },
      });
      return await answer.json<object>();
    } catch (error) {
      throw clickHouseError(error);
    }
  }
}

/**
 * Asks whatever somebody wrote; the answer is in the format that the query names or else in the given one.
 * Errors are the client's own.
 * @param client of an account that may only read
 */
export async function askReadOnly(
  client: ClickHouseClient,
  sql: string,
  format: string,
  signal?: AbortSignal,
): Promise<Answer> {
  refuseOtherThanReading(sql);
  // Needs no grant, and reads files: all that the engine's user can where the kernel does not confine it.
  await refuseFileFunction(client, sql);
  const answer = await client.exec({
    query: sql.trim().replace(/;$/, ''),
    clickhouse_settings: { default_format: format as DataFormat },
    ...(signal === undefined ? {} : { abort_signal: signal }),
  });
  const { 'x-clickhouse-exception-tag': tag, 'x-clickhouse-format': named } = answer.response_headers;
  return { rows: withLateError(answer.stream, tag), format: typeof named === 'string' ? named : format };
}

/** A query that ClickHouse refused is the asker's, a ClickHouse that is away is not. */
function queryError(error: unknown): FspError {
  const known = clickHouseError(error, false);
  if (known.code !== 'FSP_CLICKHOUSE_REFUSED') return known;
  return new FspError('FSP_QUERY_FAILED', known.message, { cause: error });
}
