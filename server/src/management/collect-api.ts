import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Leave } from '../collect/collect.js';
import { problemSchema } from './schemas.js';
import { userOf } from './user.js';

/** What the routes need of it. */
export interface CollectRoom {
  readonly enabled: boolean;
  leaveFor(machine: string, by: string): Leave;
}

const tags = ['Set-up logs'];

/** Routes by which an administrator gets the line that brings the logs of one machine. */
export function registerCollect(
  api: FastifyInstance,
  room: CollectRoom,
  adminOnly: (request: FastifyRequest) => Promise<void>,
): void {
  api.get(
    '/collect',
    {
      schema: {
        tags,
        summary: 'Whether machines may bring their logs here',
        response: { 200: Type.Object({ enabled: Type.Boolean() }), 401: problemSchema },
      },
    },
    () => ({ enabled: room.enabled }),
  );

  api.post<{ Body: { machine: string } }>(
    '/collect',
    {
      onRequest: adminOnly,
      schema: {
        tags,
        summary:
          'A leave for one machine to bring its set-up logs within an hour, and the line of PowerShell that does it',
        description: 'The token in the line is shown this once, and opens nothing else.',
        body: Type.Object(
          {
            machine: Type.String({ pattern: '^[^\\s\\\\/:*?"<>|]{1,255}$', description: 'Short name of the machine' }),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            machine: Type.String(),
            command: Type.String({ description: 'One line of Windows PowerShell, to be run on the machine' }),
            expiresAt: Type.Integer({ description: 'Milliseconds since 1970 UTC' }),
          }),
          400: problemSchema,
          401: problemSchema,
          403: problemSchema,
          409: problemSchema,
        },
      },
    },
    (request) => room.leaveFor(request.body.machine, userOf(request)),
  );
}
