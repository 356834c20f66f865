import type { FastifyInstance, FastifyReply } from 'fastify';
import Type from 'typebox';
import type { DataReader } from '../clickhouse/reader.js';
import { FspError } from '../errors.js';
import { peerOf } from '../http/peer.js';
import { fileBody } from './file-body.js';
import { problemForNow, problemSchema } from './schemas.js';

/** What the routes ask ClickHouse; always as one who may only read. */
export type Reader = Pick<DataReader, 'setupRuns' | 'setupRunRecords' | 'query'>;

const mostRows = 10_000;
const rows = Type.Object({ rows: Type.Array(Type.Object({}, { additionalProperties: true })) });
const text = (description: string) => Type.String({ description });
/** A row of the table setup_runs; what else a later version adds goes through as it is. */
const setupRun = Type.Object(
  {
    run_id: text('Identity of the run'),
    installation_id: text('The same for the runs that are one installation'),
    host_name: text('Machine that it ran on'),
    log_file: text('Path of the log'),
    log_format: text('role_setup, msi, ccm or simple'),
    action: text('install, uninstall, repair or upgrade'),
    started_at: text('Begin, in UTC'),
    ended_at: Type.Union([Type.String(), Type.Null()], { description: 'Last line that is known of it, in UTC' }),
    verdict: text('succeeded, failed, reboot_pending or unfinished'),
    exit_code: Type.Union([Type.Number(), Type.String(), Type.Null()], { description: 'Return code' }),
    cause: text('What made it fail'),
    cause_line: Type.Union([Type.Number(), Type.String()], {
      description: 'line_number of the record that shows the cause; 0 for none',
    }),
    suggestion: text('What to check'),
    evidence: Type.Array(
      Type.Object({
        line: Type.Union([Type.Number(), Type.String()], { description: 'Line of the log, from 1' }),
        shows: text('cause, detail, failed_action, result, echo or recovered'),
        text: text('The line, at most 300 characters'),
      }),
      { description: 'Lines that the judgement rests on, in the order of the log; at most 20' },
    ),
    certainty: text('certain, likely or guess; empty for a run of an earlier version'),
    certainty_reason_id: text('Why it is that sure, as a stable name'),
    certainty_reason: text('Why it is that sure'),
    next_step_id: text('What to collect next, as a stable name; empty where the log tells enough'),
    next_step: text('What to collect next'),
    product_name: text('What was installed'),
    product_version: text('Version that was installed'),
    updated_at: text('When this was known, in UTC'),
  },
  { additionalProperties: true },
);
const errors = { 400: problemSchema, 401: problemSchema, 503: problemForNow };
const limit = Type.Optional(
  Type.String({ pattern: '^[1-9]\\d{0,4}$', description: `Rows at the most; up to ${mostRows}` }),
);

/** Routes that read data: verdicts of set-up logs, and queries for the preview console. */
export function registerData(api: FastifyInstance, reader: Reader): void {
  api.get<{ Querystring: { limit?: string } }>(
    '/setup-runs',
    {
      schema: {
        tags: ['Set-up logs'],
        summary: 'Verdicts of fspMSI.log, SMSFSPSetup.log and others, the newest first',
        querystring: Type.Object({ limit }),
        response: { 200: Type.Object({ rows: Type.Array(setupRun) }), ...errors },
      },
    },
    async ({ query }) => ({ rows: await reader.setupRuns(limitOf(query.limit, 100)) }),
  );

  api.get<{ Params: { id: string }; Querystring: { limit?: string; after?: string } }>(
    '/setup-runs/:id/records',
    {
      schema: {
        tags: ['Set-up logs'],
        summary: 'The records of a run in their order',
        params: Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{32}$', description: 'run_id' }) }),
        querystring: Type.Object({
          limit,
          after: Type.Optional(
            Type.String({ pattern: '^\\d{1,15}$', description: 'line_number of the last one that is known' }),
          ),
        }),
        response: { 200: rows, ...errors },
      },
    },
    async ({ params, query }) => ({
      rows: await reader.setupRunRecords(params.id, Number(query.after ?? 0), limitOf(query.limit, 1_000)),
    }),
  );

  api.post<{ Body: { sql: string; format?: string } }>(
    '/query',
    {
      schema: {
        tags: ['Queries'],
        summary: 'Read-only SQL; the answer in ClickHouse’s JSON format, or another of its formats',
        body: queryBody,
        response: {
          200: {
            description: 'The answer; JSON where no other format is asked for',
            content: {
              'application/json': { schema: Type.Object({}, { additionalProperties: true }) },
              'application/octet-stream': { schema: fileBody },
            },
          },
          ...errors,
        },
      },
    },
    ({ body }, reply) => answerQuery(reader, body.sql, reply, body.format),
  );
}

/** What is asked by `POST /query`. */
export const queryBody = Type.Object(
  {
    sql: Type.String({ minLength: 1, maxLength: 100_000 }),
    format: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z]\\w{0,60}$',
        description: 'Format of the answer as ClickHouse names them; JSON without it',
      }),
    ),
  },
  { additionalProperties: false },
);

/** Sends the answer as it comes; the query ends when the asker goes away. */
export async function answerQuery(
  reader: Pick<Reader, 'query'>,
  sql: string,
  reply: FastifyReply,
  format = 'JSON',
): Promise<FastifyReply> {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    gone.abort();
  });
  const answer = await reader.query(sql, peerOf(reply.request.ip), gone.signal, format);
  return reply.type(answer.format === 'JSON' ? 'application/json' : 'application/octet-stream').send(answer.rows);
}

function limitOf(text: string | undefined, otherwise: number): number {
  const wanted = Number(text ?? otherwise);
  if (wanted > mostRows) throw new FspError('FSP_REQUEST_INVALID', `limit is ${wanted}; allowed: up to ${mostRows}`);
  return wanted;
}
