import type { FastifyInstance } from 'fastify';
import { FspError } from '../errors.js';
import { hidden, signedIn } from './guards.js';
import { proxied, type PluginRoute, type PluginSettings } from './plugin-routes.js';
import type { OwnSettings } from './plugin-settings.js';

/** Passes on what the app asks of its API, as the routes of plugin.json have it, in the name of whoever is signed in. */
export function registerPluginProxy(
  pages: FastifyInstance,
  { id, routes }: { id: string; routes: readonly PluginRoute[] },
  settings: OwnSettings,
): void {
  // Files on their way to the API, which bounds them.
  pages.addContentTypeParser('application/octet-stream', (_request, payload, done) => {
    done(null, payload);
  });
  pages.all<{ Params: { '*': string } }>(
    `/api/plugin-proxy/${id}/*`,
    { schema: hidden, onRequest: signedIn },
    (request, reply) => {
      const { actingAs, user } = request.preview!;
      const outcome = proxied(routes, settings.current, {
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
                title: `${settingUrl(settings.current)} cannot be reached (${code ?? message})`,
              }),
            );
        },
      });
    },
  );
}

function settingUrl({ jsonData }: PluginSettings): string {
  return typeof jsonData.apiUrl === 'string' && jsonData.apiUrl !== '' ? jsonData.apiUrl : 'The server (no URL is set)';
}
