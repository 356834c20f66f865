import { isIP } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { FspError } from '../errors.js';
import { createCcmPostServer } from './ccm-post.js';
import { Connections } from './connections.js';
import type { Origin } from './rejected.js';

/** The largest body that is read. Real messages have a few kilobytes; StateDetails have no limit of their own. */
export const bodyLimit = 4 * 1024 * 1024;
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
/** What a client is told to wait while the spool takes nothing. */
const retryAfterSeconds = 30;

export interface IntakeOptions {
  /** Takes a body; resolves when it is safe on disk. Throws an FspError whose status is the answer. */
  accept(body: Buffer, origin: Origin): Promise<void>;
  /** Told of every body that was refused for what it is. */
  reject(reason: string, body: Buffer, origin: Origin): void;
  /** Told the status of every answer. */
  onAnswer?(status: number): void;
  /** Proxies whose X-Forwarded-For is believed, as Fastify's trustProxy takes them; '' for none. */
  trustedProxies: string;
  logger: { error(details: object, message: string): void };
}

/**
 * The anonymous side, not yet listening: `POST` and `CCM_POST` on any path whose first segment is `SMS_FSP`, in any
 * case (protocol notes, *The wire*). 200 with an empty body means that the messages are on disk; never 401, never a
 * redirect. Everything else is one line of text.
 */
export function createIntake(options: IntakeOptions): FastifyInstance {
  const { trustedProxies } = options;
  const connections = new Connections((status) => options.onAnswer?.(status));
  const app: FastifyInstance = Fastify({
    logger: false,
    bodyLimit,
    trustProxy: trustedProxies === '' ? false : trustedProxies,
    routerOptions: { caseSensitive: false },
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: 'idle',
    clientErrorHandler(error, socket) {
      connections.parserFailed(socket, error);
    },
    serverFactory(handler) {
      const server = createCcmPostServer((request, response) => {
        connections.answering(request, response);
        // Whatever a client calls its body, and however wrongly, it is bytes.
        request.headers['content-type'] = 'application/octet-stream';
        handler(request, response);
      });
      server.headersTimeout = headersTimeoutMs;
      server.requestTimeout = requestTimeoutMs;
      return server;
    },
  });

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });

  const take = async (request: FastifyRequest, reply: FastifyReply) => {
    const origin = { receivedAt: Date.now(), clientAddress: clientAddress(request) };
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    try {
      await options.accept(body, origin);
    } catch (error) {
      if (error instanceof FspError && error.statusCode < 500)
        options.reject(`${error.code}: ${error.message}`, body, origin);
      throw error;
    }
    return reply.code(200).send();
  };
  app.post('/sms_fsp', take);
  app.post('/sms_fsp/*', take);

  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).type('text/plain').send('Nothing is here; clients post to /SMS_FSP/.sms_fsp\n'),
  );
  app.setErrorHandler((error: Error & { code?: string; statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
      const origin = { receivedAt: Date.now(), clientAddress: clientAddress(request) };
      options.reject(`FSP_REPORT_TOO_LARGE: The body is larger than ${bodyLimit} bytes`, Buffer.alloc(0), origin);
    }
    if (status >= 500) {
      // A role that was removed is no failure; whoever removed it knows.
      if (error.code !== 'FSP_ROLE_REMOVED')
        options.logger.error({ err: error }, 'A message could not be taken; the client was told to try again');
      return reply
        .code(503)
        .header('retry-after', retryAfterSeconds)
        .type('text/plain')
        .send('No message can be taken now; try again later\n');
    }
    return reply
      .code(status)
      .type('text/plain')
      .send(`${error.message.split('\n')[0] ?? ''}\n`);
  });
  const { onAnswer } = options;
  if (onAnswer !== undefined) {
    app.addHook('onResponse', (_request, reply, done) => {
      onAnswer(reply.statusCode);
      done();
    });
  }
  return app;
}

/** The client's address, plain IPv4 where it is one; text that a proxy passed on and that is no address is not believed. */
function clientAddress(request: FastifyRequest): string {
  const given = isIP(request.ip) !== 0 ? request.ip : (request.socket.remoteAddress ?? '');
  return given.replace(/^::ffff:(?=\d+\.)/i, '');
}
