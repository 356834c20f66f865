import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { DrainProgress } from '../drain/draining.js';
import { problemSchema } from './schemas.js';

/** What the routes need of a receiver. */
export interface Drainable {
  begin(beyondLimit: boolean): void;
  end(): void;
  progress(): DrainProgress;
}

const progress = Type.Object({
  startedAt: Type.Union([Type.Integer(), Type.Null()], {
    description: 'Milliseconds since 1970 UTC; null while taking',
  }),
  waiting: Type.Integer({ description: 'Messages that wait for the throttle' }),
  sinks: Type.Array(
    Type.Object({
      sink: Type.String(),
      lag: Type.Integer({ description: 'Entries that it has not taken' }),
      error: Type.Union([Type.String(), Type.Null()], { description: 'Of the last attempt' }),
    }),
  ),
  done: Type.Boolean({ description: 'Nothing is held any more: the receiver can be stopped' }),
});
const unauthorized = { 401: problemSchema };
const errors = { ...unauthorized, 403: problemSchema };

/** Routes that drain a receiver for maintenance. */
export function registerDrain(
  api: FastifyInstance,
  receiver: Drainable,
  adminOnly: (request: FastifyRequest) => Promise<void>,
): void {
  const tags = ['Maintenance'];
  api.get(
    '/drain',
    {
      schema: {
        tags,
        summary: 'How far the receiver is with passing on what it holds',
        response: { 200: progress, ...unauthorized },
      },
    },
    () => receiver.progress(),
  );
  api.post<{ Body: { keepLimit?: boolean } }>(
    '/drain',
    {
      onRequest: adminOnly,
      schema: {
        tags,
        summary: 'Take no more messages, and pass on what is held',
        body: Type.Object(
          {
            keepLimit: Type.Optional(
              Type.Boolean({ description: 'What waits passes as the throttle allows, and not at once' }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: progress, 400: problemSchema, ...errors },
      },
    },
    ({ body }) => {
      receiver.begin(body.keepLimit !== true);
      return receiver.progress();
    },
  );
  api.delete(
    '/drain',
    { onRequest: adminOnly, schema: { tags, summary: 'Take messages again', response: { 200: progress, ...errors } } },
    () => {
      receiver.end();
      return receiver.progress();
    },
  );
}
