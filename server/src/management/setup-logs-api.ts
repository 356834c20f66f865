import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { ImportSummary } from '../import/import.js';
import { largestUpload } from '../import/largest-upload.js';
import { usualPlaces } from '../setup-logs/follow/follow-list.js';
import type { FollowedStatus } from '../setup-logs/follow/follower.js';
import { fileBody, fileTypes, OneFile } from './file-body.js';
import { problemForNow, problemSchema } from './schemas.js';

/** What the routes need of the set-up logs. */
export interface SetupLogRoom {
  followed(): FollowedStatus[];
  added(): readonly string[];
  follow(path: string): Promise<void>;
  unfollow(path: string): void;
  upload(name: string, hostName: string, body: Buffer): Promise<ImportSummary>;
}

const tags = ['Set-up logs'];
const changing = { 400: problemSchema, 401: problemSchema, 403: problemSchema };
const path = Type.Object(
  { path: Type.String({ minLength: 1, maxLength: 1_000, description: 'Full path as the server sees it, of a .log' }) },
  { additionalProperties: false },
);
const followed = Type.Object({
  followed: Type.Array(
    Type.Object({
      file: Type.String(),
      offset: Type.Integer({ description: 'Bytes that are stored' }),
      records: Type.Integer({ description: 'Records since the start' }),
    }),
  ),
  added: Type.Array(Type.String(), { description: 'Those that were added here, and can be removed' }),
  usualPlaces: Type.Array(Type.Object({ log: Type.String(), path: Type.String() }), {
    description: 'Where Configuration Manager writes the two logs of the role’s set-up',
  }),
});
const counts = Type.Object({ added: Type.Integer(), known: Type.Integer() });
const uploaded = Type.Object({
  logs: Type.Integer(),
  records: counts,
  runs: counts,
  plain: Type.Array(Type.String(), { description: 'Logs of no known format: taken as plain text, and not judged' }),
  refused: Type.Array(Type.Object({ path: Type.String(), reason: Type.String(), detail: Type.String() }), {
    description: 'Files of a zip that were not taken',
  }),
  failed: Type.Array(Type.Object({ path: Type.String(), reason: Type.String() })),
});

/** Routes by which an administrator follows a log, or drops one, without a restart. */
export function registerSetupLogs(
  api: FastifyInstance,
  room: SetupLogRoom,
  adminOnly: (request: FastifyRequest) => Promise<void>,
): void {
  const one = new OneFile('log');
  const listed = () => ({ followed: room.followed(), added: [...room.added()], usualPlaces: [...usualPlaces] });

  api.get(
    '/setup-logs',
    { schema: { tags, summary: 'Logs that are followed', response: { 200: followed, 401: problemSchema } } },
    listed,
  );

  api.post<{ Body: { path: string } }>(
    '/setup-logs',
    {
      onRequest: adminOnly,
      schema: {
        tags,
        summary: 'Follows one more log, at once and after every restart',
        description: 'A file that is not there yet is followed once it is.',
        body: path,
        response: { 200: followed, ...changing },
      },
    },
    async ({ body }) => {
      await room.follow(body.path);
      return listed();
    },
  );

  api.delete<{ Querystring: { path: string } }>(
    '/setup-logs',
    {
      onRequest: adminOnly,
      schema: {
        tags,
        summary: 'Follows a log no more that was added here; what was read of it stays',
        querystring: path,
        response: { 200: followed, ...changing, 404: problemSchema },
      },
    },
    ({ query }) => {
      room.unfollow(query.path);
      return listed();
    },
  );

  api.post<{ Querystring: { name: string; host: string }; Body: Buffer | undefined }>(
    '/setup-logs/upload',
    {
      onRequest: adminOnly,
      bodyLimit: largestUpload,
      schema: {
        tags,
        summary: 'Imports one log, as fsp import does; twice changes nothing',
        consumes: fileTypes,
        body: fileBody,
        querystring: Type.Object({
          name: Type.String({ pattern: '^\\P{Cc}{1,120}$', description: 'Name of the file, without its folder' }),
          host: Type.String({ pattern: '^\\P{Cc}{1,253}$', description: 'Machine that wrote it' }),
        }),
        response: { 200: uploaded, ...changing, 413: problemSchema, 503: problemForNow },
      },
    },
    (request) => one.of(request, (log) => room.upload(request.query.name, request.query.host, log)),
  );
}
