import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Marked } from 'marked';
import Type from 'typebox';
import type { Language } from '../catalog/text.js';
import { FspError } from '../errors.js';
import { indexName, runbook } from './runbooks.js';

const markdown = new Marked({ async: false });
const style = `:root { color-scheme: light dark; --back: #f4f5f5; --text: #24292e; --line: #c7cdd4; --code: #e8eaed; --link: #1f5fbf; }
@media (prefers-color-scheme: dark) { :root { --back: #111217; --text: #ccccdc; --line: #4a4f58; --code: #22252b; --link: #6e9fff; } }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.6 system-ui, sans-serif; }
main, nav { max-width: 46rem; margin: 0 auto; padding: 0 1.2rem; }
nav { display: flex; justify-content: space-between; padding-top: 1rem; }
main { padding-bottom: 3rem; }
h1 { font-size: 1.7rem; font-weight: 500; line-height: 1.25; }
h2 { font-size: 1.2rem; font-weight: 500; border-top: 1px solid var(--line); padding-top: 1rem; margin-top: 1.8rem; }
a { color: var(--link); }
code { background: var(--code); padding: .1em .3em; border-radius: 2px; font-size: .88em; }
pre { background: var(--code); padding: .8rem 1rem; overflow-x: auto; }
pre code { padding: 0; white-space: pre-wrap; overflow-wrap: anywhere; }`;
/** Nothing but our own text and this style. */
const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; frame-ancestors 'none'; base-uri 'none'`;

/**
 * What to do about an alert, as a page that needs neither token nor Grafana: `/runbooks/fsp-failure-burst`. It holds
 * nothing but text that everybody has who has the product.
 */
export function registerRunbooks(app: FastifyInstance): void {
  const language = (request: FastifyRequest): Language => {
    const { lang } = request.query as { lang?: Language };
    return lang ?? (/^\s*fr\b/i.test(request.headers['accept-language'] ?? '') ? 'fr' : 'en');
  };
  const querystring = Type.Object({ lang: Type.Optional(Type.Enum(['en', 'fr'])) });
  const send = (name: string, request: FastifyRequest, reply: FastifyReply) => {
    const text = runbook(name, language(request));
    if (text === null)
      throw new FspError('FSP_NOT_FOUND', `There is no runbook of this name; /runbooks/ lists them all`);
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', policy)
      .header('cache-control', 'no-cache')
      .header('vary', 'accept-language')
      .send(page(name, text, language(request)));
  };
  app.get('/runbooks', { schema: { hide: true } }, (_request, reply) => reply.redirect('/runbooks/'));
  app.get('/runbooks/', { schema: { hide: true, querystring } }, (request, reply) => send(indexName, request, reply));
  app.get<{ Params: { name: string } }>(
    '/runbooks/:name',
    { schema: { hide: true, querystring, params: Type.Object({ name: Type.String({ maxLength: 100 }) }) } },
    // Links within the texts are those of the files.
    (request, reply) => send(request.params.name.replace(/\.md$/, ''), request, reply),
  );
}

function page(name: string, text: string, language: Language): string {
  const title = /^# (.+)$/m.exec(text)?.[1] ?? name;
  const other = language === 'fr' ? 'en' : 'fr';
  const here = name === indexName ? './' : name;
  const [all, elsewhere] = language === 'fr' ? ['Toutes les procédures', 'English'] : ['All runbooks', 'Français'];
  const content = markdown.parse(text) as string;
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>${title.replaceAll('&', '&amp;').replaceAll('<', '&lt;')} – Fallback status point</title>
<style>${style}</style>
</head>
<body>
<nav><a href="./?lang=${language}">${all}</a><a href="${here}?lang=${other}" lang="${other}">${elsewhere}</a></nav>
<main>
${content.replaceAll(/href="(fsp-[\w-]+\.md)"/g, `href="$1?lang=${language}"`)}</main>
</body>
</html>
`;
}
