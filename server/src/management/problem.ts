import type { FastifyInstance } from 'fastify';
import { FspError } from '../errors.js';

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

/** Errors become problems: foreseen ones in their own words, wrong requests with what is wrong, others without detail. */
export function answerProblems(app: FastifyInstance, logger: { error(details: object, message: string): void }): void {
  app.setErrorHandler((error: Error & { statusCode?: number; validation?: ValidationError[] }, _request, reply) => {
    const known = error instanceof FspError ? error : undefined;
    const status = known?.statusCode ?? error.statusCode ?? 500;
    if (status >= 500 && known === undefined) logger.error({ err: error }, 'A request to the management API failed');
    const problem: Problem = {
      type: 'about:blank',
      status,
      code: known?.code ?? (status < 500 ? 'FSP_REQUEST_INVALID' : 'FSP_INTERNAL'),
      title: titleOf(error, known, status),
      ...(known?.findings === undefined ? {} : { findings: known.findings }),
    };
    if (status === 503 || status === 429) reply.header('retry-after', retryAfterSeconds);
    return reply.code(status).type('application/problem+json').send(JSON.stringify(problem));
  });
  app.setNotFoundHandler((request) => {
    throw new FspError(
      'FSP_NOT_FOUND',
      `There is no ${request.method} ${(request.url.split('?')[0] ?? '').slice(0, 200)}; /docs shows what there is`,
    );
  });
}

function titleOf(
  error: Error & { validation?: ValidationError[] },
  known: FspError | undefined,
  status: number,
): string {
  if (known === undefined && status >= 500) return 'The server failed; its log says why';
  if (error.validation === undefined) return error.message.split('\n')[0] ?? '';
  return error.validation
    .map(({ instancePath, message = 'is wrong', params }) => {
      const named = params.additionalProperties ?? params.additionalProperty ?? params.allowedValues;
      return `${instancePath.slice(1) || 'the body'} ${message}${named === undefined ? '' : ` (${JSON.stringify(named)})`}`;
    })
    .join('; ')
    .slice(0, 500);
}
