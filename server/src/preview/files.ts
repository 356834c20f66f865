import compress from '@fastify/compress';
import serveStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { constants } from 'node:zlib';

/** What a build names for its content: the same name is the same file for ever. */
const namedForContent = /(^|[./\\])[0-9a-f]{16}\.[a-z0-9]+$/;
/** Icons and fonts: they change with a release of Grafana's libraries, and a page asks for dozens of them. */
const pictures = /\.(svg|png|woff2?|ttf)$/;
const day = 86_400;

/** How long a browser may keep a built file without asking. */
export function cacheControl(path: string): string {
  if (namedForContent.test(path)) return `public, max-age=${365 * day}, immutable`;
  return pictures.test(path) ? `public, max-age=${day}` : 'no-cache';
}

/**
 * Serves the built plugin and the host. What the build has compressed already is sent as it is, everything else, answers
 * of the API too, is compressed on its way.
 */
export async function serveFiles(
  pages: FastifyInstance,
  { plugin, host, pluginId }: { plugin: string; host: string; pluginId: string },
): Promise<void> {
  await pages.register(compress, {
    encodings: ['br', 'gzip'],
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  });
  const common = {
    index: false as const,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (response: { setHeader(name: string, value: string): unknown }, path: string) => {
      response.setHeader('cache-control', cacheControl(path.replace(/\.(br|gz)$/, '')));
    },
  };
  await pages.register(serveStatic, { ...common, root: host, prefix: '/public/host/' });
  await pages.register(serveStatic, {
    ...common,
    root: plugin,
    prefix: `/public/plugins/${pluginId}/`,
    decorateReply: false,
  });
}
