import { existsSync, readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import cookie from '@fastify/cookie';
import replyFrom from '@fastify/reply-from';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { FspError } from '../errors.js';
import { localHost } from '../http/listen.js';
import { answerQuery, queryBody, type Reader } from '../management/data-api.js';
import { WrongTokens } from '../management/attempts.js';
import { roleOf, type TokenRole, type Tokens } from '../management/tokens.js';
import { OwnTlsAgent } from '../management/tls.js';
import { serveFiles } from './files.js';
import { proxied, type PluginRoute, type PluginSettings } from './plugin-routes.js';
import { Sessions, type Session } from './session.js';
import { signInPage } from './sign-in.js';

/** In the package both lie beside the program; in the repository they are where `grafana-plugin` builds them. */
const packaged = fileURLToPath(new URL('../../console', import.meta.url));
const built = fileURLToPath(new URL('../../../grafana-plugin', import.meta.url));
export const builtPlugin = existsSync(packaged) ? join(packaged, 'plugin') : join(built, 'dist');
export const builtHost = existsSync(packaged) ? join(packaged, 'host') : join(built, 'host', 'dist');

export interface PreviewOptions {
  tokens(): Tokens;
  reader: Pick<Reader, 'query'>;
  /** Folders of the built plugin and of the host that loads it. */
  plugin: string;
  host: string;
  /** The certificate of this very listener, as PEM; null where it is not encrypted. */
  certificate?: () => string | null;
}

declare module 'fastify' {
  interface FastifyRequest {
    preview: Session | null;
  }
}

const sessionCookie = 'fsp_preview';
/**
 * Pages are ours alone: nothing from elsewhere runs in them, and nobody frames them. Emotion writes styles; a library of
 * Grafana's own tries whether it may evaluate, and a refusal would stand in the console as an error.
 */
const contentPolicy =
  "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self'; base-uri 'self'";

/**
 * The preview console: the built Grafana plugin in a thin host, for those who have no Grafana at hand, and for tests in a
 * browser. Takes the place of what Grafana's own back end does for an app: pages, the plugin proxy with the routes and
 * roles of plugin.json, the app's settings, and queries. One signs in with a token.
 */
export async function registerPreview(app: FastifyInstance, options: PreviewOptions): Promise<void> {
  if (!existsSync(join(options.plugin, 'plugin.json')) || !existsSync(join(options.host, 'index.html'))) {
    app.get('/', { schema: { hide: true } }, (_request, reply) =>
      reply.type('text/plain').send('The preview console is not built: npm run build. The API is described at /docs\n'),
    );
    return;
  }
  const manifest = JSON.parse(readFileSync(join(options.plugin, 'plugin.json'), 'utf8')) as Manifest;
  await app.register(cookie);
  await app.register(async (pages) => {
    const agents = { 'http:': new HttpAgent(), 'https:': new OwnTlsAgent(options.certificate ?? (() => null)) };
    await pages.register(replyFrom, { http: { requestOptions: { timeout: 60_000 }, agents } });
    await serveConsole(pages, options, manifest);
  });
}

interface Manifest {
  id: string;
  routes: PluginRoute[];
}

async function serveConsole(pages: FastifyInstance, options: PreviewOptions, manifest: Manifest): Promise<void> {
  const sessions = new Sessions((token) => roleOf(`Bearer ${token}`, options.tokens()));
  const ownUrl = () => {
    const address = pages.server.address();
    const { address: host, port } =
      typeof address === 'object' && address !== null ? address : { address: '', port: 0 };
    return `${options.certificate?.() == null ? 'http' : 'https'}://${localHost(host)}:${port}`;
  };
  /** What an administrator saved here; gone with a restart. The tokens at hand serve until then. */
  let saved: Partial<PluginSettings> = {};
  const settings = (): PluginSettings => ({
    jsonData: { apiUrl: ownUrl(), datasourceUid: 'fsp-clickhouse', ...saved.jsonData },
    secureJsonData: {
      viewerToken: options.tokens().viewer,
      adminToken: options.tokens().admin,
      ...saved.secureJsonData,
    },
  });

  pages.decorateRequest('preview', null);
  pages.addHook('onRequest', (request, reply, done) => {
    request.preview = sessions.find(request.cookies[sessionCookie]);
    reply.header('content-security-policy', contentPolicy);
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'same-origin');
    done(cameFromElsewhere(request) ? new FspError('FSP_FORBIDDEN', 'Another site may not act here') : undefined);
  });
  const hidden = { hide: true };
  const signedIn = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => {
    if (request.preview !== null) {
      done();
      return;
    }
    // So that the page can tell a session that has ended from a token that a server refused.
    reply.header('www-authenticate', 'FspSession');
    done(new FspError('FSP_UNAUTHORIZED', 'Sign in to the preview console first'));
  };
  const adminActing = (request: FastifyRequest): Promise<void> =>
    request.preview?.actingAs === 'admin'
      ? Promise.resolve()
      : Promise.reject(new FspError('FSP_FORBIDDEN', 'Viewers may read only; changes need an administrator'));

  // Files on their way to the API, which bounds them.
  pages.addContentTypeParser('application/octet-stream', (_request, payload, done) => {
    done(null, payload);
  });
  pages.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(body as string)));
  });
  pages.get<{ Querystring: { to?: string } }>('/login', { schema: hidden }, (request, reply) =>
    reply.type('text/html').send(signInPage({ to: localPath(request.query.to) })),
  );
  const field = Type.Optional(Type.String({ maxLength: 4_096 }));
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

  await serveFiles(pages, { plugin: options.plugin, host: options.host, pluginId: manifest.id });
  const page = (request: FastifyRequest, reply: FastifyReply) =>
    request.preview === null
      ? reply.redirect(`/login?to=${encodeURIComponent(request.url)}`)
      : reply.header('cache-control', 'no-cache').sendFile('index.html', options.host);
  for (const path of ['/', '/a/*', '/d/*', '/plugins/*', '/panel/*', '/explore'])
    pages.get(path, { schema: hidden }, page);

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

  const settingsPath = `/api/plugins/${manifest.id}/settings`;
  pages.get(settingsPath, { schema: hidden, onRequest: signedIn }, () => {
    const { jsonData, secureJsonData } = settings();
    const secureJsonFields = Object.fromEntries(
      Object.entries(secureJsonData).map(([name, value]) => [name, value !== '']),
    );
    return { enabled: true, pinned: true, jsonData, secureJsonFields };
  });
  pages.post<{ Body: Partial<PluginSettings> }>(
    settingsPath,
    {
      onRequest: [signedIn, adminActing],
      schema: {
        ...hidden,
        body: Type.Object({
          jsonData: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
          secureJsonData: Type.Optional(Type.Record(Type.String(), Type.String())),
        }),
      },
    },
    (request) => {
      const { jsonData, secureJsonData } = request.body;
      saved = {
        jsonData: jsonData ?? saved.jsonData ?? {},
        // As in Grafana: what is not sent stays.
        secureJsonData: { ...saved.secureJsonData, ...secureJsonData },
      };
      return { message: 'Plugin settings updated' };
    },
  );

  pages.all<{ Params: { '*': string } }>(
    `/api/plugin-proxy/${manifest.id}/*`,
    { schema: hidden, onRequest: signedIn },
    (request, reply) => {
      const { actingAs, user } = request.preview!;
      const outcome = proxied(manifest.routes, settings(), {
        method: request.method,
        path: request.params['*'],
        role: actingAs,
      });
      if ('status' in outcome)
        throw new FspError(
          outcome.status === 403 ? 'FSP_FORBIDDEN' : 'FSP_NOT_FOUND',
          `Refused by the proxy: ${outcome.reason}`,
        );
      const { url, headers } = outcome.request;
      const query = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : '';
      return reply.from(`${url}${query}`, {
        rewriteRequestHeaders: (_request, sent) => ({
          ...Object.fromEntries(Object.entries(sent).filter(([name]) => name !== 'cookie' && name !== 'authorization')),
          ...headers,
          'x-grafana-context': JSON.stringify({ user: { login: user } }),
        }),
        onError: (answer, { error }) => {
          const { code, message } = error as NodeJS.ErrnoException;
          void answer
            .code(502)
            .type('application/problem+json')
            .send(
              JSON.stringify({
                type: 'about:blank',
                status: 502,
                code: 'FSP_UNREACHABLE',
                title: `${settingUrl(settings())} cannot be reached (${code ?? message})`,
              }),
            );
        },
      });
    },
  );
  // What the data source's own back end does in Grafana; macros are expanded by the host's stand-in for its front end.
  pages.post<{ Body: { sql: string } }>(
    '/api/ds/query',
    { onRequest: signedIn, schema: { ...hidden, body: queryBody } },
    ({ body }, reply) => answerQuery(options.reader, body.sql, reply),
  );
}

/** Whether a page of another site made the browser send this; cookies are SameSite, and this is said twice. */
function cameFromElsewhere({ method, headers }: FastifyRequest): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  const { origin, host } = headers;
  if (headers['sec-fetch-site'] === 'cross-site') return true;
  return origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === host);
}

function settingUrl({ jsonData }: PluginSettings): string {
  return typeof jsonData.apiUrl === 'string' && jsonData.apiUrl !== '' ? jsonData.apiUrl : 'The server (no URL is set)';
}

/** Only paths of this console: an address given by somebody else must not lead away after signing in. */
function localPath(to: string | undefined): string {
  return to !== undefined && /^\/(?![/\\])[^\s\\]*$/.test(to) ? to : '/';
}
