import type { FastifyInstance, FastifyReply } from 'fastify';
import Type from 'typebox';
import type { DataReader } from '../clickhouse/reader.js';
import { FspError } from '../errors.js';
import { problemSchema } from './schemas.js';

/** What the routes ask ClickHouse; always as one who may only read. */
export type Reader = Pick<DataReader, 'setupRuns' | 'setupRunRecords' | 'query'>;

const mostRows = 10_000;
const rows = Type.Object({ rows: Type.Array(Type.Object({}, { additionalProperties: true })) });
const errors = { 400: problemSchema, 401: problemSchema, 503: problemSchema };
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
        response: { 200: rows, ...errors },
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

  api.post<{ Body: { sql: string } }>(
    '/query',
    {
      schema: {
        tags: ['Queries'],
        summary: 'Read-only SQL; the answer in ClickHouse’s JSON format',
        body: queryBody,
        response: { 200: Type.Object({}, { additionalProperties: true }), ...errors },
      },
    },
    ({ body }, reply) => answerQuery(reader, body.sql, reply),
  );
}

/** What is asked by `POST /query`. */
export const queryBody = Type.Object(
  { sql: Type.String({ minLength: 1, maxLength: 100_000 }) },
  { additionalProperties: false },
);

/** Sends the answer as it comes; the query ends when the asker goes away. */
export async function answerQuery(reader: Pick<Reader, 'query'>, sql: string, reply: FastifyReply): Promise<FastifyReply> {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    gone.abort();
  });
  return reply.type('application/json').send(await reader.query(sql, gone.signal));
}

function limitOf(text: string | undefined, otherwise: number): number {
  const wanted = Number(text ?? otherwise);
  if (wanted > mostRows) throw new FspError('FSP_REQUEST_INVALID', `limit is ${wanted}; allowed: up to ${mostRows}`);
  return wanted;
}
