import Fastify, { type FastifyInstance } from 'fastify';
import { FspError } from '../errors.js';
import { roleOf, type Tokens } from './tokens.js';

/** One part of the server as an operator sees it. */
export interface ComponentState {
  ready: boolean;
  detail: string;
}

export interface ManagementOptions {
  tokens: Tokens;
  /** Each component with its state; the server is ready to take messages when `intake` and `spool` are. */
  readiness(): Record<string, ComponentState>;
  /** What `GET /api/v1/status` answers. */
  status(): unknown;
}

/** Components without which no message can be taken. A ClickHouse that is away is no reason to send clients elsewhere. */
const needed = ['intake', 'spool'];

/** The management API, not yet listening: health without a token, everything else behind one. */
export function createManagement(options: ManagementOptions): FastifyInstance {
  const app = Fastify({ logger: false });

  app.setErrorHandler((error, _request, reply) => {
    const known = error instanceof FspError ? error : undefined;
    const status = known?.statusCode ?? (error as { statusCode?: number }).statusCode ?? 500;
    const code = known?.code ?? (status < 500 ? 'FSP_REQUEST_INVALID' : 'FSP_INTERNAL');
    return reply
      .code(status)
      .type('application/problem+json')
      .send({
        type: 'about:blank',
        status,
        code,
        title: status < 500 && error instanceof Error ? error.message : 'The server failed; its log says why',
      });
  });
  app.setNotFoundHandler((request) => {
    throw new FspError(
      'FSP_NOT_FOUND',
      `There is no ${request.method} ${request.url.split('?')[0] ?? ''}; see the README for the paths`,
    );
  });

  app.get('/healthz', () => ({ status: 'alive' }));
  app.get('/readyz', (_request, reply) => {
    const components = options.readiness();
    const ready = needed.every((name) => components[name]?.ready === true);
    return reply.code(ready ? 200 : 503).send({ ready, components });
  });

  app.register((api, _options, done) => {
    api.addHook('onRequest', (request, reply, next) => {
      if (roleOf(request.headers.authorization, options.tokens) === null) {
        reply.header('www-authenticate', 'Bearer');
        next(
          new FspError(
            'FSP_UNAUTHORIZED',
            'A token is needed: send Authorization: Bearer with the viewer or admin token',
          ),
        );
      } else next();
    });
    api.get('/api/v1/status', () => options.status());
    done();
  });
  return app;
}
