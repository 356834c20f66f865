import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Forgets } from '../forget/forget.js';
import { subjectOf, type Subject } from '../forget/subject.js';
import { problemForNow, problemSchema } from './schemas.js';

const forgets = Type.Object({
  subject: Type.Object({ kind: Type.String(), name: Type.String() }),
  dryRun: Type.Boolean(),
  tables: Type.Array(Type.Object({ table: Type.String(), rowsRemoved: Type.Integer(), rowsBlanked: Type.Integer() })),
  spool: Type.Integer({ description: "Entries in this receiver's spool" }),
  quarantine: Type.Integer({ description: "Entries in this receiver's quarantine" }),
  alsoKnownAs: Type.Array(Type.String(), {
    description: 'Other names of the same machine, by its GUID; they go as well',
  }),
  unfinished: Type.Array(Type.String(), {
    description: 'Tables in which ClickHouse removes it later: a replica is away, or there is much to go through',
  }),
});

/** The route that removes what is known of a machine or a user. */
export function registerForget(
  api: FastifyInstance,
  forget: (subject: Subject, dryRun: boolean) => Promise<Forgets>,
  adminOnly: (request: FastifyRequest) => Promise<void>,
): void {
  api.post<{ Body: { kind: 'machine' | 'user'; name: string; dryRun: boolean } }>(
    '/forget',
    {
      onRequest: adminOnly,
      schema: {
        tags: ['Maintenance'],
        summary: 'Remove what is known of a machine or a user; a dry run tells what that would be',
        body: Type.Object(
          {
            kind: Type.Enum(['machine', 'user']),
            name: Type.String({ minLength: 1, maxLength: 300 }),
            dryRun: Type.Boolean(),
          },
          { additionalProperties: false },
        ),
        response: { 200: forgets, 400: problemSchema, 401: problemSchema, 403: problemSchema, 503: problemForNow },
      },
    },
    ({ body }) => forget(subjectOf(body.kind, body.name), body.dryRun),
  );
}
