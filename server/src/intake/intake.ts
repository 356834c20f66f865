import type { IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Collect } from '../collect/collect.js';
import { FspError } from '../errors.js';
import { lastAnswer } from '../http/last-answer.js';
import { peerOf, plainAddress, withoutPorts } from '../http/peer.js';
import { bodyLimit, Bodies } from './bodies.js';
import { createCcmPostServer, type Refusal } from './ccm-post.js';
import { Connections, endSoon } from './connections.js';
import { mayBeReport } from '../report/encoding.js';
import { IntakeMemory } from './memory.js';
import { Refusals } from './refusals.js';
import { keptBytes, type Origin } from './rejected.js';

const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
/**
 * How long who is refused before its body was read waits for being told so, in milliseconds, by the error: told at
 * once, a stranger would be back at once, and a thousand of them all the time.
 */
const refusedAfter: Readonly<Record<string, number>> = {
  FSP_INTAKE_BUSY: 2_500,
  FSP_REPORT_TOO_LARGE: 1_000,
  FSP_REPORT_NOT_XML: 1_000,
};
const reportPaths = ['/sms_fsp', '/sms_fsp/*'];
/** A path that takes reports, whatever stands behind its first segment: the router refuses what can be no address. */
const toReports = /^(?:https?:\/\/[^/]*)?\/+sms_fsp(?:[/?#]|$)/i;
const nothingHere = 'Nothing is here; clients post to /SMS_FSP/.sms_fsp\n';
/** What a client is told to wait while the spool takes nothing. */
const retryAfterSeconds = 30;

export interface IntakeOptions {
  /**
   * Takes a body, which is its own from then on; resolves when it is safe on disk. Throws an FspError whose status is
   * the answer.
   */
  accept(body: Buffer, origin: Origin): Promise<void>;
  /** Told of every body that was refused for what it is. */
  reject(reason: string, body: Buffer, origin: Origin): void;
  /** Takes logs of machines that an administrator gave leave; without it the intake takes reports alone. */
  collect?: Pick<Collect, 'admit' | 'take'> | undefined;
  /** Told the status of every answer. */
  onAnswer?(status: number): void;
  /** Proxies whose X-Forwarded-For is believed, as Fastify's trustProxy takes them; '' or none for none. */
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
  const memory = new IntakeMemory();
  const refusals = new Refusals();
  const connections = new Connections(memory, refusals, (status) => options.onAnswer?.(status));
  const bodies = new Bodies(memory);
  const complain = saidOncePerMinute(options.logger);
  /** A report of which nothing more is read is refused, with what is known of it as evidence. */
  const unread = (error: Error & { code?: string }, clientAddress: string) => {
    if (error.code?.startsWith('FSP_REPORT_') !== true) return;
    const evidence = Buffer.isBuffer(error.cause) ? error.cause : Buffer.alloc(0);
    options.reject(`${error.code}: ${error.message}`, evidence, { receivedAt: Date.now(), clientAddress });
  };
  /** Whether a large report is refused by its first bytes, and how that is told. */
  const refuse = (length: number, begin: Buffer, socket: Socket): Refusal | null => {
    const { remoteAddress = '' } = socket;
    const peer = peerOf(remoteAddress);
    const error = bodies.refusal(length, begin, peer, mayBeReport);
    if (error === null) return null;
    // At once: a thousand that wait to be told keep nothing of what they sent.
    unread(error, plainAddress(remoteAddress));
    if (error.statusCode >= 500) complain(error);
    const afterMs = refusedAfter[error.code] ?? 0;
    const answer = answerTo(error);
    const onTheWire = lastAnswer(answer.status, answer.headers, answer.text);
    return {
      turn: () => refusals.turn(peer, socket, afterMs),
      answer() {
        options.onAnswer?.(answer.status);
        return onTheWire;
      },
    };
  };
  const app: FastifyInstance = Fastify({
    logger: false,
    bodyLimit,
    trustProxy: trustedProxies === '' || trustedProxies === 'none' ? false : trustedProxies,
    routerOptions: { caseSensitive: false },
    // A path that can be none; the hooks do not hear of it.
    frameworkErrors(_error, _request, reply) {
      options.onAnswer?.(404);
      const headers = { 'content-type': 'text/plain', 'content-length': nothingHere.length, connection: 'close' };
      reply.raw.writeHead(404, headers).end(nothingHere);
    },
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: 'idle',
    clientErrorHandler(error, socket) {
      connections.parserFailed(socket, error);
    },
    serverFactory(handler) {
      const server = createCcmPostServer(
        (request, response) => {
          asFastifyReads(request);
          response.once('close', () => {
            bodies.over(request);
          });
          connections.answering(request, response, handler);
        },
        connections,
        async (body, { remoteAddress = '' }) => {
          await options.accept(body, { receivedAt: Date.now(), clientAddress: plainAddress(remoteAddress) });
          options.onAnswer?.(200);
        },
        refuse,
      );
      connections.watch(server);
      server.headersTimeout = headersTimeoutMs;
      server.requestTimeout = requestTimeoutMs;
      return server;
    },
  });

  app.addHook('onRequest', (request, _reply, done) => {
    const { httpVersion, headers } = request.raw;
    // RFC 9112 has a server refuse it. Node would do so unheard.
    const lacks = httpVersion === '1.1' && headers.host === undefined;
    done(lacks ? new FspError('FSP_REQUEST_INVALID', 'The request names no Host, as HTTP/1.1 has it') : undefined);
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', async (request: FastifyRequest) => {
    try {
      return await bodies.read(
        request.raw,
        peerOf(clientAddress(request)),
        isForReports(request) ? mayBeReport : undefined,
      );
    } catch (error) {
      if (refusedAfter[(error as FspError).code] !== undefined) connections.endReading(request.raw.socket);
      throw named(error, request);
    }
  });
  app.addHook('onClose', (_app, done) => {
    bodies.close();
    done();
  });

  const take = async (request: FastifyRequest, reply: FastifyReply) => {
    const origin = { receivedAt: Date.now(), clientAddress: clientAddress(request) };
    const bytes = (request.body as Buffer | undefined) ?? Buffer.alloc(0);
    // A copy: the body itself is given away.
    const evidence = bytes.length > keptBytes ? Buffer.from(bytes.subarray(0, keptBytes)) : bytes;
    try {
      await options.accept(bytes, origin);
    } catch (cause) {
      const error = named(cause, request);
      if (error instanceof FspError && error.statusCode < 500)
        options.reject(`${error.code}: ${error.message}`, evidence, origin);
      throw error;
    }
    return reply.code(200).send();
  };
  if (options.collect !== undefined) takeLogs(app, options.collect);
  for (const path of reportPaths) app.post(path, take);

  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .type('text/plain')
      .send(
        /^\/sms_fsp(?:[/?]|$)/i.test(request.url)
          ? 'Clients post their reports here (POST or CCM_POST); nothing else is answered\n'
          : nothingHere,
      ),
  );
  app.setErrorHandler(async (error: Error & { code?: string; statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    // Whose body is there is told at once, whatever is wrong with it.
    const afterMs = request.raw.complete ? 0 : (refusedAfter[error.code ?? ''] ?? 0);
    if (status < 500 || afterMs > 0) await refusals.turn(peerOf(clientAddress(request)), request.raw.socket, afterMs);
    if (!request.raw.complete) {
      unread(error, clientAddress(request));
      // The rest of the body is not waited for.
      reply.header('connection', 'close');
      reply.raw.once('finish', () => {
        connections.endReading(request.raw.socket);
        endSoon(request.raw.socket);
      });
    }
    if (status >= 500) {
      // A role that was removed and a receiver that is drained are no failures; whoever did it knows.
      if (error.code !== 'FSP_ROLE_REMOVED' && error.code !== 'FSP_DRAINING') complain(error);
    } else if (connections.refused(request.raw.socket)) reply.header('connection', 'close');
    const answer = answerTo(error);
    return reply.code(answer.status).headers(answer.headers).send(answer.text);
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

/** Makes of a request what Fastify takes, whatever a client, or a proxy before it, wrote. */
function asFastifyReads(request: IncomingMessage): void {
  // Whatever a client calls its body, and however wrongly, it is bytes.
  request.headers['content-type'] = 'application/octet-stream';
  if (request.method === 'POST' && toReports.test(request.url ?? '')) request.url = '/sms_fsp';
  const forwarded = request.headers['x-forwarded-for'];
  // Node makes one text of several; the types do not know that.
  if (forwarded !== undefined) request.headers['x-forwarded-for'] = withoutPorts(String(forwarded));
}

/** The one route that wants a token: the log of a machine that an administrator gave leave. */
function takeLogs(app: FastifyInstance, collect: NonNullable<IntakeOptions['collect']>): void {
  app.put<{ Querystring: { name?: string } }>(
    '/sms_fsp/collect',
    {
      // Before a byte of the body is read.
      onRequest: (request, _reply, done) => {
        collect.admit(request.headers.authorization);
        done();
      },
    },
    async (request, reply) => {
      const bytes = request.body as Buffer | undefined;
      if (bytes === undefined) throw new FspError('FSP_REQUEST_INVALID', 'Put the log itself, as bytes');
      await collect.take(request.headers.authorization, request.query.name ?? '', bytes);
      return reply.code(200).send();
    },
  );
}

/** An error over bytes that make no report, where the request says that they are compressed, as one that says so. */
function named(error: unknown, { headers }: FastifyRequest): unknown {
  const encoding = /^(?!identity$)[\w-]{1,20}$/i.exec(headers['content-encoding'] ?? '')?.[0];
  const unread = error instanceof FspError && /^FSP_REPORT_(?:ENCODING|NOT_XML)$/.test(error.code);
  if (encoding === undefined || !unread) return error;
  const message = `The body is compressed (Content-Encoding: ${encoding}); send it without compression`;
  return new FspError(error.code, message, { cause: error.cause });
}

/** What is answered to who caused an error: one line of text. */
function answerTo(error: Error & { statusCode?: number }) {
  const status = error.statusCode ?? 500;
  const type = { 'content-type': 'text/plain' };
  if (status < 500) return { status, headers: type, text: `${error.message.split('\n')[0] ?? ''}\n` };
  const headers = { ...type, 'retry-after': retryAfterSeconds };
  return { status: 503, headers, text: 'No message can be taken now; try again later\n' };
}

/** Whether it came by a path that takes reports, and nothing else. */
function isForReports({ routeOptions }: FastifyRequest): boolean {
  return reportPaths.includes(routeOptions.url ?? '');
}

/** Tells an error to the log: each kind once a minute, with how often it came. Anyone can cause some of them. */
function saidOncePerMinute(logger: IntakeOptions['logger']): (error: Error & { code?: string }) => void {
  const said = new Map<string, { at: number; times: number }>();
  return (error) => {
    const kind = error.code ?? error.name;
    const last = said.get(kind) ?? { at: -Infinity, times: 0 };
    last.times++;
    if (performance.now() - last.at > 60_000) {
      logger.error({ err: error, times: last.times }, 'A message could not be taken; the client was told to try again');
      said.set(kind, { at: performance.now(), times: 0 });
    } else said.set(kind, last);
  };
}

/** The client's address, plain IPv4 where it is one; text that a proxy passed on and that is no address is not believed. */
function clientAddress(request: FastifyRequest): string {
  return plainAddress(isIP(request.ip) !== 0 ? request.ip : (request.socket.remoteAddress ?? ''));
}
