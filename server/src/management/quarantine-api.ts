import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Quarantined, QuarantinedSummary } from '../quarantine/quarantine.js';
import type { RetryResult } from '../quarantine/retry.js';
import { decodeText } from '../report/encoding.js';
import { problemSchema } from './schemas.js';

/** What the routes need of the quarantine. */
export interface QuarantineRoom {
  list(): QuarantinedSummary[];
  read(id: string): Promise<Quarantined>;
  drop(ids: readonly string[]): Promise<number>;
  retry(ids: readonly string[]): Promise<RetryResult[]>;
}

const summary = Type.Object({
  id: Type.String(),
  sink: Type.String({ description: 'The destination that refuses it' }),
  at: Type.Integer({ description: 'When it was set aside, in milliseconds since 1970 UTC' }),
  kind: Type.String({ description: 'state_message, setup_log_record, setup_run, …' }),
  code: Type.String({ description: "The destination's own code, or nothing" }),
  reason: Type.String({ description: 'Why, in its words' }),
  bytes: Type.Integer({ description: 'What it takes on disk' }),
});
/** As many names as may be chosen. */
const bodyLimit = 2 * 1024 * 1024;
const chosen = Type.Object(
  { ids: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { minItems: 1, maxItems: 10_000 }) },
  { additionalProperties: false },
);
const id = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) });
const errors = { 400: problemSchema, 401: problemSchema, 404: problemSchema };
const changing = { ...errors, 403: problemSchema };
const tags = ['Quarantine'];

/** Routes on entries that a destination refuses for good: viewers look, administrators send again or drop. */
export function registerQuarantine(
  api: FastifyInstance,
  room: QuarantineRoom,
  adminOnly: (request: FastifyRequest) => Promise<void>,
): void {
  api.get(
    '/quarantine',
    {
      schema: {
        tags,
        summary: 'Entries that a destination refuses for good, the oldest first',
        response: { 200: Type.Object({ entries: Type.Array(summary) }), 401: problemSchema },
      },
    },
    () => ({ entries: room.list() }),
  );

  api.get<{ Params: { id: string } }>(
    '/quarantine/:id',
    {
      schema: {
        tags,
        summary: 'One of them with its content',
        params: id,
        response: { 200: Type.Object({}, { additionalProperties: true }), ...errors },
      },
    },
    async ({ params }) => readable(await room.read(params.id)),
  );

  api.post<{ Body: { ids: string[] } }>(
    '/quarantine/retry',
    {
      onRequest: adminOnly,
      bodyLimit,
      schema: {
        tags,
        summary: 'Sends entries again, each to the destination that refused it',
        body: chosen,
        response: {
          200: Type.Object({
            results: Type.Array(Type.Object({ id: Type.String(), delivered: Type.Boolean(), reason: Type.String() })),
          }),
          ...changing,
        },
      },
    },
    async ({ body }) => ({ results: await room.retry(body.ids) }),
  );

  api.post<{ Body: { ids: string[] } }>(
    '/quarantine/drop',
    {
      onRequest: adminOnly,
      bodyLimit,
      schema: {
        tags,
        summary: 'Forgets entries for good, with their content',
        body: chosen,
        response: { 200: Type.Object({ dropped: Type.Integer() }), ...changing },
      },
    },
    async ({ body }) => ({ dropped: await room.drop(body.ids) }),
  );
}

/** The content for people: a report's bytes as text where they are any. */
function readable(item: Quarantined): object {
  const { entry } = item;
  if (entry.kind !== 'state_message') return item;
  return { ...item, entry: { ...entry, raw: textOf(entry.raw) } };
}

function textOf(raw: Uint8Array): string {
  try {
    return decodeText(raw);
  } catch {
    return Buffer.from(raw).toString('base64');
  }
}
