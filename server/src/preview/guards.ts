import type { FastifyReply, FastifyRequest } from 'fastify';
import { FspError } from '../errors.js';
import type { Session } from './session.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks of the console; null where nobody is signed in. */
    preview: Session | null;
  }
}

/** The console is no part of the API that is described. */
export const hidden = { hide: true };

/** Lets only those through who are signed in. */
export function signedIn(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void {
  if (request.preview !== null) {
    done();
    return;
  }
  // So that the page can tell a session that has ended from a token that a server refused.
  reply.header('www-authenticate', 'FspSession');
  done(new FspError('FSP_UNAUTHORIZED', 'Sign in to the preview console first'));
}

/** Lets only those through who act as administrators. */
export function adminActing(request: FastifyRequest): Promise<void> {
  return request.preview?.actingAs === 'admin'
    ? Promise.resolve()
    : Promise.reject(new FspError('FSP_FORBIDDEN', 'Viewers may read only; changes need an administrator'));
}

/** Whether a page of another site made the browser send this; cookies are SameSite, and this is said twice. */
export function cameFromElsewhere({ method, headers }: FastifyRequest): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  const { origin, host } = headers;
  if (headers['sec-fetch-site'] === 'cross-site') return true;
  return origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === host);
}
