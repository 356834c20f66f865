import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { FspError } from '../errors.js';
import { WrongTokens } from '../management/attempts.js';
import type { TokenRole } from '../management/tokens.js';
import { hidden, signedIn } from './guards.js';
import type { Session, Sessions } from './session.js';
import { signInPage } from './sign-in-page.js';

const sessionCookie = 'fsp_preview';
const field = Type.Optional(Type.String({ maxLength: 4_096 }));

/** The session that a browser has with the console, or null. */
export function sessionOf({ cookies }: FastifyRequest, sessions: Sessions): Session | null {
  return sessions.find(cookies[sessionCookie]);
}

/** Routes by which one comes in with a token, sees as whom one is there, and leaves. */
export function registerSignIn(pages: FastifyInstance, sessions: Sessions): void {
  pages.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(body as string)));
  });
  pages.get<{ Querystring: { to?: string } }>('/login', { schema: hidden }, (request, reply) =>
    reply.type('text/html').send(signInPage({ to: localPath(request.query.to) })),
  );
  const wrongTokens = new WrongTokens();
  pages.post<{ Body: { token?: string; name?: string; to?: string } | undefined }>(
    '/login',
    {
      bodyLimit: 16 * 1024,
      // An empty form is one without a token.
      preValidation: (request, _reply, done) => {
        request.body ??= {};
        done();
      },
      schema: { ...hidden, body: Type.Object({ token: field, name: field, to: field }) },
    },
    async (request, reply) => {
      const { token = '', name = '', to } = request.body ?? {};
      wrongTokens.allow(request.ip);
      const id = sessions.open(
        token.trim(),
        name
          .replaceAll(/\p{Cc}/gu, '')
          .trim()
          .slice(0, 100),
      );
      if (id === null) {
        await wrongTokens.wrong(request.ip);
        return reply
          .code(401)
          .type('text/html')
          .send(signInPage({ to: localPath(to), failed: true }));
      }
      reply.setCookie(sessionCookie, id, {
        path: '/',
        httpOnly: true,
        sameSite: 'strict',
        secure: request.protocol === 'https',
      });
      return reply.redirect(localPath(to), 303);
    },
  );
  pages.post('/logout', { schema: hidden }, (request, reply) => {
    sessions.close(request.cookies[sessionCookie]);
    return reply.clearCookie(sessionCookie, { path: '/' }).redirect('/login', 303);
  });

  pages.get('/api/preview/session', { schema: hidden, onRequest: signedIn }, (request) => {
    const { role, actingAs, user } = request.preview!;
    return { role, actingAs, user };
  });
  pages.put<{ Body: { actingAs: TokenRole } }>(
    '/api/preview/session',
    {
      onRequest: signedIn,
      schema: { ...hidden, body: Type.Object({ actingAs: Type.Enum(['admin', 'viewer']) }) },
    },
    (request, reply) => {
      const session = request.preview!;
      if (request.body.actingAs === 'admin' && session.role !== 'admin')
        throw new FspError('FSP_FORBIDDEN', 'The viewer token cannot act as administrator');
      session.actingAs = request.body.actingAs;
      return reply.code(204).send();
    },
  );
}

/** Only paths of this console: an address given by somebody else must not lead away after signing in. */
function localPath(to: string | undefined): string {
  return to !== undefined && /^\/(?![/\\])[^\s\\]*$/.test(to) ? to : '/';
}
