import { existsSync, readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import cookie from '@fastify/cookie';
import replyFrom from '@fastify/reply-from';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FspError } from '../errors.js';
import { localHost } from '../http/listen.js';
import { answerQuery, queryBody, type Reader } from '../management/data-api.js';
import { roleOf, type Tokens } from '../management/tokens.js';
import { OwnTlsAgent } from '../management/tls.js';
import { serveFiles } from './files.js';
import { cameFromElsewhere, hidden, signedIn } from './guards.js';
import { registerPluginProxy } from './plugin-proxy.js';
import type { PluginRoute } from './plugin-routes.js';
import { OwnSettings, registerPluginSettings } from './plugin-settings.js';
import { Sessions } from './session.js';
import { registerSignIn, sessionOf } from './sign-in.js';

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

/** What Grafana does around the plugin: who is there, pages, its settings, its way to the API, and its queries. */
async function serveConsole(pages: FastifyInstance, options: PreviewOptions, manifest: Manifest): Promise<void> {
  const { tokens, reader, plugin, host } = options;
  const sessions = new Sessions((token) => roleOf(`Bearer ${token}`, tokens()));
  // The tokens at hand serve until an administrator saves others.
  const settings = new OwnSettings(() => ({
    jsonData: { apiUrl: ownUrl(pages, options), datasourceUid: 'fsp-clickhouse' },
    secureJsonData: { viewerToken: tokens().viewer, adminToken: tokens().admin },
  }));

  pages.decorateRequest('preview', null);
  pages.addHook('onRequest', (request, reply, done) => {
    request.preview = sessionOf(request, sessions);
    reply.header('content-security-policy', contentPolicy);
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'same-origin');
    done(cameFromElsewhere(request) ? new FspError('FSP_FORBIDDEN', 'Another site may not act here') : undefined);
  });
  registerSignIn(pages, sessions);

  await serveFiles(pages, { plugin, host, pluginId: manifest.id });
  const page = (request: FastifyRequest, reply: FastifyReply) =>
    request.preview === null
      ? reply.redirect(`/login?to=${encodeURIComponent(request.url)}`)
      : reply.header('cache-control', 'no-cache').sendFile('index.html', host);
  for (const path of ['/', '/a/*', '/d/*', '/plugins/*', '/panel/*', '/explore'])
    pages.get(path, { schema: hidden }, page);

  registerPluginSettings(pages, manifest.id, settings);
  registerPluginProxy(pages, manifest, settings);
  // What the data source's own back end does in Grafana; macros are expanded by the host's stand-in for its front end.
  pages.post<{ Body: { sql: string } }>(
    '/api/ds/query',
    { onRequest: signedIn, schema: { ...hidden, body: queryBody } },
    ({ body }, reply) => answerQuery(reader, body.sql, reply),
  );
}

/** The API beside the console, as this machine reaches it. */
function ownUrl({ server }: FastifyInstance, { certificate }: PreviewOptions): string {
  const address = server.address();
  const { address: host, port } = typeof address === 'object' && address !== null ? address : { address: '', port: 0 };
  return `${certificate?.() == null ? 'http' : 'https'}://${localHost(host)}:${port}`;
}
