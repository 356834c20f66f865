import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { defaultList, listName, type ExpectedLists, type LoadMode } from '../expected/expected-lists.js';
import { fileBody, fileTypes, OneFile } from './file-body.js';
import { problemForNow, problemSchema } from './schemas.js';
import { userOf } from './user.js';

/** What the routes need of the lists. */
export type ExpectedRoom = Pick<ExpectedLists, 'lists' | 'load' | 'remove'>;

/** Two hundred thousand machines with all that a directory tells of them are some 50 MB. */
const largestList = 128 * 1024 * 1024;
const tags = ['Expected machines'];
const nameOfList = { pattern: listName.source, description: 'Name of the list: each is loaded for itself' };
const lists = Type.Object({
  lists: Type.Array(
    Type.Object({
      list: Type.String(),
      machines: Type.Integer({ description: 'Machines that it has, each once' }),
      loads: Type.Integer({ description: 'The load that replaced it, and those that were merged since' }),
      fileName: Type.String(),
      by: Type.String(),
      at: Type.Integer({ description: 'Milliseconds since 1970 UTC' }),
    }),
  ),
});
const loaded = Type.Object({
  machines: Type.Integer({ description: 'Machines that the file has' }),
  disabled: Type.Integer({ description: 'Rows of disabled accounts, which nobody expects' }),
  repeated: Type.Integer({ description: 'Rows of machines that stood in the file before' }),
  unreadable: Type.Object({
    rows: Type.Integer({ description: 'Rows that name no machine' }),
    examples: Type.Array(Type.Object({ row: Type.Integer(), text: Type.String() })),
  }),
});
const changing = { 400: problemSchema, 401: problemSchema, 403: problemSchema, 503: problemForNow };

/** Routes on machines that are expected: viewers see which lists there are, administrators load and remove them. */
export function registerExpected(
  api: FastifyInstance,
  room: ExpectedRoom,
  adminOnly: (request: FastifyRequest) => Promise<void>,
): void {
  const one = new OneFile('list');
  api.get(
    '/expected',
    {
      schema: {
        tags,
        summary: 'Lists of machines that are expected to be heard of; the view expected_clients has the machines',
        response: { 200: lists, 401: problemSchema, 503: problemForNow },
      },
    },
    async () => ({ lists: await room.lists() }),
  );

  api.post<{ Querystring: { list: string; mode: LoadMode; name: string }; Body: Buffer | undefined }>(
    '/expected',
    {
      onRequest: adminOnly,
      bodyLimit: largestList,
      schema: {
        tags,
        summary: 'Loads a list, as fsp expect does: CSV as a directory or the site exports it, or one name a line',
        consumes: fileTypes,
        body: fileBody,
        querystring: Type.Object({
          list: Type.Optional(Type.String({ ...nameOfList, default: defaultList })),
          mode: Type.Optional(
            Type.Enum(['replace', 'merge'] as const, {
              default: 'replace',
              description: 'replace: instead of what the list held; merge: beside it',
            }),
          ),
          name: Type.Optional(Type.String({ maxLength: 255, default: '', description: 'Name of the file' })),
        }),
        response: { 200: loaded, ...changing, 413: problemSchema },
      },
    },
    (request) =>
      one.of(request, (file) => {
        const { list, mode, name: fileName } = request.query;
        return room.load(file, { list, mode, fileName, by: userOf(request) });
      }),
  );

  api.delete<{ Querystring: { list: string } }>(
    '/expected',
    {
      onRequest: adminOnly,
      schema: {
        tags,
        summary: 'Expects the machines of a list no more',
        // No default: a list is taken away by its name alone.
        querystring: Type.Object({ list: Type.String(nameOfList) }),
        response: { 200: lists, ...changing, 404: problemSchema },
      },
    },
    async (request) => {
      await room.remove(request.query.list, userOf(request));
      return { lists: await room.lists() };
    },
  );
}
