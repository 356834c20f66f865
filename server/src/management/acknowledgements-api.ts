import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Acknowledgements, Failure } from '../acknowledgements/acknowledgements.js';
import { problemForNow, problemSchema } from './schemas.js';
import { userOf } from './user.js';

/** What the routes need of them. */
export type AcknowledgementRoom = Pick<Acknowledgements, 'list' | 'acknowledge' | 'withdraw'>;

const failure = {
  cause: Type.String({
    pattern: '^\\d{1,10}/\\d{1,10}/\\P{Cc}{0,100}$',
    description: 'Topic, state and error as one, as the column cause has it: 800/313/1603',
  }),
  clientName: Type.String({
    maxLength: 255,
    default: '',
    description: 'The machine that fails so; empty for all machines with the cause',
  }),
};
const acknowledgement = Type.Object({
  ...failure,
  note: Type.String(),
  by: Type.String({ description: 'Who said it' }),
  at: Type.Integer({ description: 'When, in milliseconds since 1970 UTC' }),
  until: Type.Integer({ description: 'When it ends by itself, in milliseconds since 1970 UTC' }),
});
const tags = ['Acknowledgements'];
const changing = { 400: problemSchema, 401: problemSchema, 403: problemSchema, 503: problemForNow };

/** Routes on failures that somebody takes care of: viewers see them, administrators acknowledge and take back. */
export function registerAcknowledgements(
  api: FastifyInstance,
  room: AcknowledgementRoom,
  adminOnly: (request: FastifyRequest) => Promise<void>,
): void {
  api.get(
    '/acknowledgements',
    {
      schema: {
        tags,
        summary: 'Failures that somebody takes care of at this moment, the newest first',
        response: {
          200: Type.Object({ acknowledgements: Type.Array(acknowledgement) }),
          401: problemSchema,
          503: problemForNow,
        },
      },
    },
    async () => ({ acknowledgements: await room.list() }),
  );

  api.post<{ Body: Failure & { note: string; until: number } }>(
    '/acknowledgements',
    {
      onRequest: adminOnly,
      schema: {
        tags,
        summary:
          'Acknowledges a failure of one client, or of all with a cause: alerts are silent about it until it ends',
        body: Type.Object(
          {
            ...failure,
            note: Type.String({ minLength: 1, maxLength: 2_000, pattern: '\\S' }),
            until: Type.Integer({ description: 'When it ends by itself, in milliseconds since 1970 UTC' }),
          },
          { additionalProperties: false },
        ),
        response: { 204: Type.Null(), ...changing },
      },
    },
    async (request, reply) => {
      const { note, until, ...what } = request.body;
      await room.acknowledge(what, note.trim(), until, userOf(request));
      return reply.code(204).send();
    },
  );

  api.post<{ Body: Failure }>(
    '/acknowledgements/withdraw',
    {
      onRequest: adminOnly,
      schema: {
        tags,
        summary: 'Takes an acknowledgement back: alerts speak of the failure again',
        body: Type.Object(failure, { additionalProperties: false }),
        response: { 204: Type.Null(), ...changing },
      },
    },
    async (request, reply) => {
      await room.withdraw(request.body, userOf(request));
      return reply.code(204).send();
    },
  );
}
