import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { ComponentState } from '../health/health.js';
import { prometheusType } from '../health/prometheus.js';
import { problemSchema } from './schemas.js';
import { statusSchema } from './status-schema.js';

/** What the routes need to tell how the server is. */
export interface HealthRoom {
  /** Each component with its state; the server is ready to take messages when `intake` and `spool` are. */
  readiness(): Record<string, ComponentState>;
  /** What `GET /api/v1/status` answers. */
  status(): unknown;
  /** Every metric in Prometheus' text format. */
  metrics(): Promise<string>;
}

/** Components without which no message can be taken. A ClickHouse that is away is no reason to send clients elsewhere. */
const needed = ['intake', 'spool'];
const component = Type.Object({ ready: Type.Boolean(), detail: Type.String() });
const readiness = Type.Object({ ready: Type.Boolean(), components: Type.Record(Type.String(), component) });
/** Who looks after machines has no token. */
const open = { security: [], tags: ['Health'] };

/** Routes that need no token: alive, ready, and the metrics. */
export function registerHealth(app: FastifyInstance, room: HealthRoom): void {
  app.get(
    '/healthz',
    { schema: { ...open, summary: 'Alive', response: { 200: Type.Object({ status: Type.String() }) } } },
    () => ({ status: 'alive' }),
  );

  app.get(
    '/readyz',
    {
      schema: {
        ...open,
        summary: 'Ready to take messages, each component with its state',
        response: { 200: readiness, 503: readiness },
      },
    },
    (_request, reply) => {
      const components = room.readiness();
      const ready = needed.every((name) => components[name]?.ready === true);
      return reply.code(ready ? 200 : 503).send({ ready, components });
    },
  );

  app.get(
    '/metrics',
    {
      schema: {
        ...open,
        summary: 'The server’s metrics for Prometheus: numbers, site and error codes, no machine',
        produces: [prometheusType],
        response: { 200: Type.String() },
      },
    },
    async (_request, reply) => reply.type(prometheusType).send(await room.metrics()),
  );
}

/** The route of what only who has a token is told of the server's state. */
export function registerStatus(api: FastifyInstance, room: HealthRoom): void {
  api.get(
    '/status',
    {
      schema: {
        tags: ['Status'],
        summary: 'What an operator asks: taking messages? how many wait, for how long? each sink',
        response: { 200: statusSchema, 401: problemSchema },
      },
      // The description is for who asks; what is answered is not cut to it.
      serializerCompiler: () => JSON.stringify,
    },
    () => room.status(),
  );
}
