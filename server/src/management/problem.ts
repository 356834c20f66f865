import { maxHeaderSize } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FspError } from '../errors.js';
import { lastAnswer } from '../http/last-answer.js';

/** An answer to a request that failed (RFC 9457), with the catalogue's code. */
export interface Problem {
  type: 'about:blank';
  status: number;
  code: string;
  title: string;
  /** What the rules on a role have against it, where that is the reason. */
  findings?: readonly object[];
}

const retryAfterSeconds = 10;

interface ValidationError {
  instancePath: string;
  message?: string;
  params: Record<string, unknown>;
}

type RequestError = Error & {
  code?: string;
  statusCode?: number;
  validation?: ValidationError[];
  /** Where in the request what is wrong stands. */
  validationContext?: string;
};

interface ProblemLog {
  error(details: object, message: string): void;
}

/** Errors become problems: foreseen ones in their own words, wrong requests with what is wrong, others without detail. */
export function answerProblems(app: FastifyInstance, logger: ProblemLog): void {
  app.setErrorHandler((error: RequestError, request, reply) => answerProblem(logger, error, request, reply));
  app.setNotFoundHandler((request) => {
    throw new FspError(
      'FSP_NOT_FOUND',
      `There is no ${request.method} ${(request.url.split('?')[0] ?? '').slice(0, 200)}; /docs shows what there is`,
    );
  });
}

/** Answers a request that failed. */
export function answerProblem(
  logger: ProblemLog,
  error: RequestError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const known = error instanceof FspError ? error : undefined;
  const status = known?.statusCode ?? error.statusCode ?? 500;
  // Whoever leaves a page while it loads takes the rest of the answer with them.
  const left = error.code === 'ERR_STREAM_PREMATURE_CLOSE';
  if (status >= 500 && known === undefined && !left)
    logger.error(
      { err: error, method: request.method, path: request.url.split('?')[0]?.slice(0, 200) },
      'A request to the management API failed',
    );
  const problem: Problem = {
    type: 'about:blank',
    status,
    code: known?.code ?? (status < 500 ? 'FSP_REQUEST_INVALID' : 'FSP_INTERNAL'),
    title: titleOf(error, known, status, request),
    ...(known?.findings === undefined ? {} : { findings: known.findings }),
  };
  if (status === 503 || status === 429) reply.header('retry-after', retryAfterSeconds);
  return reply.code(status).type('application/problem+json').send(JSON.stringify(problem));
}

/** What is no request at all, which no route is asked about: the same form, by hand, as there is nothing to reply by. */
export function answerNoRequest(error: { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, title] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? [408, 'The request did not come in time; send it again']
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? [431, `The headers are too large; allowed: up to ${maxHeaderSize} bytes`]
        : [400, 'This is no request of HTTP that can be read'];
  const problem: Problem = { type: 'about:blank', status, code: 'FSP_REQUEST_INVALID', title };
  const type = { 'content-type': 'application/problem+json; charset=utf-8' };
  socket.end(lastAnswer(status, type, JSON.stringify(problem)), () => socket.destroy());
}

function titleOf(
  error: RequestError,
  known: FspError | undefined,
  status: number,
  { headers, routeOptions: { schema, bodyLimit } }: FastifyRequest,
): string {
  if (known === undefined && status >= 500) return 'The server failed; its log says why';
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return `A body of ${(headers['content-type'] ?? 'no Content-Type').slice(0, 100)} is not taken here; send it as ${schema?.consumes?.join(', ') ?? 'application/json'}`;
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return `The body is too large; allowed: up to ${bodyLimit} bytes`;
  if (error.validation === undefined) return error.message.split('\n')[0] ?? '';
  const whole = error.validationContext === 'querystring' ? 'the query of the address' : 'the body';
  return error.validation
    .map(({ instancePath, message = 'is wrong', params }) => {
      const named = params.additionalProperties ?? params.additionalProperty ?? params.allowedValues;
      return `${instancePath.slice(1) || whole} ${message}${named === undefined ? '' : ` (${JSON.stringify(named)})`}`;
    })
    .join('; ')
    .slice(0, 500);
}
