import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import fastify, { LogController, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { FspError } from '../errors.js';
import { acceptCcmPost, type CcmPost } from './ccm-post.js';
import { BodyReader, SenderGoneError, UnreadBodyError } from './body.js';
import { clientAddress } from './client-address.js';
import { Connections, statusOfParserError } from './connections.js';
import { isIntakePath } from './path.js';
import type { Origin } from './rejected.js';

export interface IntakeLimits {
  /** Largest body, in bytes. */
  bodyBytes: number;
  /** What all bodies being read at one time may take in memory, in bytes. */
  allBodiesBytes: number;
  /** Until the headers must be there, in milliseconds. */
  headersMs: number;
  /** Until the whole request must be there, in milliseconds. */
  requestMs: number;
  /** An idle keep-alive connection is closed after this many milliseconds. */
  keepAliveMs: number;
  /** After an answer to a request that was not read to its end: how long the rest is thrown away, in milliseconds. */
  lingerMs: number;
  /** When the server closes: how long requests in progress may take, in milliseconds. */
  drainMs: number;
}

const defaultLimits: IntakeLimits = {
  bodyBytes: 4 * 1024 * 1024,
  allBodiesBytes: 64 * 1024 * 1024,
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 15_000,
  lingerMs: 2_000,
  drainMs: 5_000,
};

/** Seconds that a client waits before it tries again (Retry-After of a 503). */
const retryAfterSeconds = 30;

/** What a client is told: never the body it sent, never the inside of the server. */
const sentences: Record<number, string> = {
  400: 'this is no report that a fallback status point can read',
  404: 'nothing is here; reports are posted to /SMS_FSP/',
  408: 'the request took too long',
  413: 'the report is too large',
  431: 'the headers are too large',
  503: 'the report cannot be taken now; send it again later',
};

export interface IntakeOptions {
  /**
   * Keeps a body safe; the client is answered 200 when it resolves.
   * @throws FspError whose status (400, 413, 503) is the answer; anything else is answered 503
   */
  accept: (body: Buffer, origin: Origin) => Promise<void>;
  /** Gets what was answered 400 or 413: the reason is one line, the body what was read of it. */
  reject: (reason: string, body: Buffer, origin: Origin) => void;
  /**
   * Proxies whose X-Forwarded-For is believed, separated by commas: `loopback`, `linklocal`, `uniquelocal`, addresses
   * or networks in CIDR notation. '' for none.
   */
  trustedProxies: string;
  limits?: Partial<IntakeLimits>;
  logger: { error(fields: object, message: string): void };
  /** Called once for each answer, with its status. */
  onAnswer?: (status: number) => void;
}

/**
 * The HTTP side that clients post to; not yet listening. `POST` and `CCM_POST` under /SMS_FSP (any case) are answered
 * 200 with nothing in it, 400, 413 or 503 with Retry-After; everything else 404. Errors are one line of text. Never
 * 401 and never a redirect: clients cannot follow either (domain/fsp.md, The wire).
 * @throws FspError FSP_CONFIG_INVALID where `trustedProxies` cannot be read
 */
export function createIntake(options: IntakeOptions): FastifyInstance {
  const limits = { ...defaultLimits, ...options.limits };
  const answered = (status: number) => options.onAnswer?.(status);
  const connections = new Connections(answerRaw);
  let ccm: CcmPost | undefined;

  function answerRaw(socket: Socket, status: number): void {
    answered(status);
    const line = lineFor(status);
    socket.end(
      `HTTP/1.1 ${status} ${reasonPhrases[status] ?? 'Bad Request'}\r\nContent-Type: text/plain\r\n` +
        `Content-Length: ${Buffer.byteLength(line)}\r\nConnection: close\r\n\r\n${line}`,
    );
    setTimeout(() => socket.destroy(), limits.lingerMs).unref();
  }

  const app = withTrust(options.trustedProxies, (trustProxy) =>
    fastify({
      trustProxy,
      logger: false,
      logController: new LogController({ disableRequestLogging: true }),
      return503OnClosing: false,
      rewriteUrl: ({ url }) => (isIntakePath(url) ? '/SMS_FSP' : '/'),
      clientErrorHandler: (error, socket) => {
        connections.parserFailed(socket as Socket, statusOfParserError(error));
      },
      serverFactory(handler) {
        const server = createIntakeServer(limits, handler);
        ccm = acceptCcmPost(server, limits.headersMs, (socket) => {
          answerRaw(socket, 408);
        });
        return server;
      },
    }),
  );
  const bodies = new BodyReader(limits);

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => {
    // The handler reads the body itself: it answers one that is too large while the rest is still coming.
    done(null);
  });
  app.addHook('onRequest', (request, reply, done) => {
    // Whatever the client calls its content, even nonsense, is no reason to refuse it.
    delete request.raw.headers['content-type'];
    if (ccm?.isRewritten(request.raw.socket) === true) reply.header('connection', 'close');
    if (!request.is404) {
      done();
      return;
    }
    answered(404);
    answerUnread(request, reply, 404, lineFor(404), limits);
  });
  app.setErrorHandler((error, _request, reply) => {
    options.logger.error({ err: error }, 'A request to the intake failed unexpectedly');
    answered(503);
    return sendLine(reply, 503, lineFor(503));
  });
  app.addHook('preClose', (done) => {
    ccm?.closeWaiting();
    // Node stops timing requests out once its server closes: without this a slow one would hold the stop for ever.
    const drain = setTimeout(() => {
      app.server.closeAllConnections();
    }, limits.drainMs);
    app.server.once('close', () => {
      clearTimeout(drain);
    });
    done();
  });

  app.post('/SMS_FSP', async (request, reply) => {
    const origin: Origin = {
      receivedAt: Date.now(),
      clientAddress: clientAddress(request.ip, request.raw.socket.remoteAddress),
    };
    const refused = (error: unknown, body: Buffer) => {
      const { status, code } = answerTo(error);
      if (error instanceof FspError && status !== 503) options.reject(`${error.code}: ${error.message}`, body, origin);
      else if (!(error instanceof FspError)) options.logger.error({ err: error }, 'A report could not be taken');
      answered(status);
      return { status, line: lineFor(status, code) };
    };

    let read: { body: Buffer; release: () => void };
    try {
      read = await bodies.read(request.raw);
    } catch (error) {
      if (error instanceof SenderGoneError) return reply.hijack();
      const { status, line } = refused(error instanceof UnreadBodyError ? error.reason : error, partOf(error));
      return answerUnread(request, reply, status, line, limits);
    }

    connections.answering(request.raw.socket, reply.raw);
    try {
      if (read.body.length === 0) {
        answered(400);
        return await sendLine(reply, 400, lineFor(400, 'FSP_REPORT_EMPTY'));
      }
      await options.accept(read.body, origin);
      answered(200);
      return await reply.send();
    } catch (error) {
      const { status, line } = refused(error, read.body);
      return await sendLine(reply, status, line);
    } finally {
      read.release();
    }
  });
  return app;
}

const reasonPhrases: Record<number, string> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Payload Too Large',
  431: 'Request Header Fields Too Large',
};

function lineFor(status: number, code?: string): string {
  return `${code === undefined ? '' : `${code}: `}${sentences[status] ?? sentences[400]!}\n`;
}

function partOf(error: unknown): Buffer {
  return error instanceof UnreadBodyError ? error.body : Buffer.alloc(0);
}

/** Only what the contract has: an error that is not the report's own is a reason to try again later. */
function answerTo(error: unknown): { status: number; code?: string } {
  if (!(error instanceof FspError)) return { status: 503 };
  const status = error.statusCode;
  return { status: status === 400 || status === 413 ? status : 503, code: error.code };
}

function sendLine(reply: FastifyReply, status: number, line: string): FastifyReply {
  if (status === 503) reply.header('retry-after', retryAfterSeconds);
  return reply.code(status).header('content-type', 'text/plain').send(line);
}

/**
 * Answers while the request may still be arriving. The answer goes out whole, then the rest of the request is thrown
 * away for a while before the connection closes: closing at once resets it, and a client that is still sending would
 * never see the answer.
 */
function answerUnread(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  line: string,
  { lingerMs }: IntakeLimits,
): FastifyReply {
  if (request.raw.complete || !mayHaveBody(request)) return sendLine(reply, status, line);
  reply.hijack();
  const response: ServerResponse = reply.raw;
  response.writeHead(status, {
    'content-type': 'text/plain',
    'content-length': Buffer.byteLength(line),
    connection: 'close',
    ...(status === 503 ? { 'retry-after': retryAfterSeconds } : {}),
  });
  response.write(line);
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, lingerMs);
  request.raw.on('error', end).once('end', end).once('close', end).resume();
  return reply;
}

function mayHaveBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function createIntakeServer(limits: IntakeLimits, handler: Parameters<typeof createServer>[1]): Server {
  return createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: Math.max(100, Math.min(2_000, limits.headersMs / 4)),
      // Clients are told apart by what they send, not by how well they speak HTTP.
      requireHostHeader: false,
    },
    handler,
  );
}

function withTrust(proxies: string, create: (trustProxy: string[] | false) => FastifyInstance): FastifyInstance {
  const list = proxies.split(',').flatMap((one) => (one.trim() === '' ? [] : [one.trim()]));
  try {
    return create(list.length === 0 ? false : list);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new FspError('FSP_CONFIG_INVALID', `The trusted proxies "${proxies}" cannot be read: ${error.message}`);
  }
}
