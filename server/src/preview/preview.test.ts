import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testFolder } from '../../../test/test-folder.js';
import { answerProblems } from '../management/problem.js';
import { cacheControl } from './files.js';
import { proxied, type PluginRoute, type PluginSettings } from './plugin-routes.js';
import { registerPreview } from './preview.js';
import { Sessions } from './session.js';

const routes: PluginRoute[] = [
  {
    path: 'read/*',
    method: 'GET',
    reqRole: 'Viewer',
    url: '{{ .JsonData.apiUrl }}/api/v1',
    headers: [{ name: 'Authorization', content: 'Bearer {{ .SecureJsonData.viewerToken }}' }],
  },
  { path: 'admin/*', method: '*', reqRole: 'Admin', url: '{{ .JsonData.apiUrl }}/api/v1' },
];
const settings: PluginSettings = { jsonData: { apiUrl: 'http://fsp/' }, secureJsonData: { viewerToken: 'v' } };

test('a route takes its prefix off and fills its templates', () => {
  expect(proxied(routes, settings, { method: 'GET', path: 'read/roles/FSP01', role: 'viewer' })).toEqual({
    request: { url: 'http://fsp//api/v1/roles/FSP01', headers: { Authorization: 'Bearer v' } },
  });
});

test.each([
  ['DELETE', 'read/roles/FSP01', 'admin', 404],
  ['GET', 'other/roles', 'admin', 404],
  ['GET', 'admin/roles', 'viewer', 403],
  ['GET', 'read/../admin/roles', 'viewer', 404],
  ['GET', 'read/%2E%2e/healthz', 'viewer', 404],
  ['GET', 'readable', 'viewer', 404],
] as const)('%s %s as %s is refused with %i', (method, path, role, status) => {
  expect(proxied(routes, settings, { method, path, role })).toMatchObject({ status });
});

test('a session ends with its time, with its token, and when it is closed', () => {
  let now = 0;
  const tokens = new Map<string, 'admin' | 'viewer'>([['a', 'admin']]);
  const sessions = new Sessions(
    (token) => tokens.get(token) ?? null,
    () => now,
  );
  expect(sessions.open('wrong', '')).toBeNull();
  const first = sessions.open('a', 'Ada')!;
  expect(sessions.find(first)).toMatchObject({ role: 'admin', user: 'Ada' });
  now = 13 * 3600_000;
  expect(sessions.find(first)).toBeNull();
  const second = sessions.open('a', '')!;
  tokens.clear();
  expect(sessions.find(second)).toBeNull();
  tokens.set('a', 'viewer');
  const third = sessions.open('a', '')!;
  sessions.close(third);
  expect(sessions.find(third)).toBeNull();
  expect(sessions.find(undefined)).toBeNull();
});

let folder: string;
const reader = { query: () => Promise.reject(new Error('nothing is asked here')) };
let app: FastifyInstance;
const tokens = { admin: 'the-admin-token-1', viewer: 'the-viewer-token' };

beforeEach(async () => {
  folder = testFolder();
  for (const part of ['plugin', 'host']) mkdirSync(join(folder, part));
  writeFileSync(join(folder, 'plugin', 'plugin.json'), JSON.stringify({ id: 'x-app', routes }));
  writeFileSync(join(folder, 'host', 'index.html'), '<title>console</title>');
  app = Fastify();
  answerProblems(app, { error: () => undefined });
  await registerPreview(app, {
    tokens: () => tokens,
    reader,
    plugin: join(folder, 'plugin'),
    host: join(folder, 'host'),
  });
});
afterEach(async () => {
  await app.close();
});

async function signIn(token: string, to = '/') {
  const payload = new URLSearchParams({ token, to }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return app.inject({ method: 'POST', url: '/login', headers, payload });
}

test('pages lead to the sign-in, and back to where one wanted to go', async () => {
  const page = await app.inject('/a/x-app/clients?search=%22%3E');
  expect(page.statusCode).toBe(302);
  expect(page.headers.location).toBe(`/login?to=${encodeURIComponent('/a/x-app/clients?search=%22%3E')}`);
  const form = await app.inject(page.headers.location!);
  expect(form.body).not.toContain('">"');
  const answer = await signIn(tokens.viewer, '/a/x-app/clients');
  expect(answer).toMatchObject({ statusCode: 303 });
  expect(answer.headers.location).toBe('/a/x-app/clients');
  expect(String(answer.headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Strict/);
});

test.each(['//evil.example', 'https://evil.example', '/\\evil.example', 'javascript:alert(1)'])(
  'signing in does not lead away to %s',
  async (to) => {
    expect((await signIn(tokens.viewer, to)).headers.location).toBe('/');
  },
);

test('a viewer cannot become administrator, and an administrator can look as a viewer', async () => {
  const cookie = async (token: string) => String((await signIn(token)).headers['set-cookie']).split(';')[0]!;
  const act = async (token: string, actingAs: string) =>
    (
      await app.inject({
        method: 'PUT',
        url: '/api/preview/session',
        headers: { cookie: await cookie(token) },
        payload: { actingAs },
      })
    ).statusCode;
  expect(await act(tokens.viewer, 'admin')).toBe(403);
  expect(await act(tokens.admin, 'viewer')).toBe(204);
  expect(await act(tokens.admin, 'god')).toBe(400);
});

test('settings never give a token out, and an administrator who acts as viewer cannot change them', async () => {
  const cookie = String((await signIn(tokens.admin)).headers['set-cookie']).split(';')[0]!;
  const read = await app.inject({ url: '/api/plugins/x-app/settings', headers: { cookie } });
  expect(read.json()).toMatchObject({ secureJsonFields: { viewerToken: true, adminToken: true } });
  expect(read.body).not.toContain(tokens.admin);
  await app.inject({
    method: 'PUT',
    url: '/api/preview/session',
    headers: { cookie },
    payload: { actingAs: 'viewer' },
  });
  const change = { method: 'POST', url: '/api/plugins/x-app/settings', headers: { cookie }, payload: {} } as const;
  expect((await app.inject(change)).statusCode).toBe(403);
});

test('files named for their content are kept for good, everything else is asked for again', () => {
  const kept = 'public, max-age=31536000, immutable';
  expect(cacheControl('/dist/1038.ad0ccaa9625bce79.js')).toBe(kept);
  expect(cacheControl('/dist/0903360d41263eef.ttf')).toBe(kept);
  for (const path of ['/dist/host.js', '/dist/plugin.json', '/dist/index.html', '/x/module.js', '/x/1038.ad0ccaa9.js'])
    expect(cacheControl(path)).toBe('no-cache');
  expect(cacheControl('/dist/img/icons/unicons/sync.svg')).toBe('public, max-age=86400');
});

test('what the build compressed is sent as it is, the rest is compressed on its way, and what asks for plain text gets it', async () => {
  const text = 'x'.repeat(5_000);
  writeFileSync(join(folder, 'host', 'a.0123456789abcdef.js'), text);
  writeFileSync(join(folder, 'host', 'a.0123456789abcdef.js.br'), brotliCompressSync(text));
  writeFileSync(join(folder, 'plugin', 'module.js'), text);
  const get = (url: string, encoding: string) =>
    app.inject({ url, headers: encoding === '' ? {} : { 'accept-encoding': encoding } });
  for (const url of ['/public/host/a.0123456789abcdef.js', '/public/plugins/x-app/module.js']) {
    const answer = await get(url, 'gzip, br');
    expect(answer.headers, url).toMatchObject({ 'content-encoding': 'br' });
    expect(brotliDecompressSync(answer.rawPayload).toString()).toBe(text);
    expect((await get(url, 'gzip')).headers, url).toMatchObject({ 'content-encoding': 'gzip' });
    expect((await get(url, '')).body).toBe(text);
  }
  const kept = await get('/public/host/a.0123456789abcdef.js', 'br');
  expect(kept.headers['cache-control']).toContain('immutable');
});

test('without a build of the plugin the listener says how to get one', async () => {
  const bare = Fastify();
  await registerPreview(bare, { tokens: () => tokens, reader, plugin: '/nowhere', host: '/nowhere' });
  expect((await bare.inject('/')).body).toContain('npm run build');
  await bare.close();
});
