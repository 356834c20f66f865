// What the server answers in component tests, in one place; each test may answer otherwise with server.use.
import { http, HttpResponse, type JsonBodyType } from 'msw';
import { setupServer } from 'msw/node';
import type { Finding, Role, RoleConfiguration, Validation } from '../api/roles.js';
import { pluginId } from '../constants.js';

export const proxy = `http://localhost:3000/api/plugin-proxy/${pluginId}`;

/** Requests that changed something, as they arrived. */
export const requests: { method: string; path: string; body: unknown; ifMatch: string | null }[] = [];

export const configuration: RoleConfiguration = {
  serverName: 'FSP01',
  siteCode: 'PS1',
  intranetFqdn: 'fsp01.contoso.com',
  internetFqdn: '',
  internetClients: false,
  installationAccount: null,
  messageCount: 10_000,
  throttleIntervalSeconds: 3_600,
  throttleReserve: 0.2,
  otherRoles: [],
};

export const role: Role = {
  server: 'FSP01',
  version: 3,
  changedAt: '2026-01-02T03:04:05.000Z',
  changedBy: 'Ada',
  configuration,
  allowedClientConnections: 'intranet',
  commands: {
    ccmsetup: 'ccmsetup.exe FSP=fsp01.contoso.com',
    ccmsetupInternet: null,
    powershell: 'New-CMSiteSystemServer\nAdd-CMFallbackStatusPoint',
    powershellExisting: 'Add-CMFallbackStatusPoint',
  },
  warnings: [],
};

export const finding = (
  code: string,
  field: keyof RoleConfiguration,
  severity: Finding['severity'] = 'error',
): Finding => ({
  code,
  severity,
  field,
  message: { en: `${code} in English`, fr: `${code} en français` },
});

export const problem = (status: number, code: string, title: string, findings?: Finding[]) =>
  HttpResponse.json({ type: 'about:blank', status, code, title, findings }, { status });

export function validation(of: RoleConfiguration, findings: Finding[] = []): Validation {
  const { allowedClientConnections, commands } = role;
  return {
    valid: findings.every(({ severity }) => severity === 'warning'),
    configuration: of,
    allowedClientConnections,
    commands,
    findings,
  };
}

async function note(request: Request) {
  const text = await request.clone().text();
  const body: unknown = text === '' ? undefined : JSON.parse(text);
  const { pathname, search } = new URL(request.url);
  requests.push({
    method: request.method,
    path: pathname.replace(`/api/plugin-proxy/${pluginId}/`, '') + search,
    body,
    ifMatch: request.headers.get('if-match'),
  });
  return body;
}

export const server = setupServer(
  http.get(`${proxy}/read/roles`, () => HttpResponse.json({ roles: [role] })),
  http.get(`${proxy}/read/roles/FSP01`, () => HttpResponse.json(role as unknown as JsonBodyType)),
  http.get(`${proxy}/read/roles/FSP01/history`, () => HttpResponse.json({ versions: [{ ...role, removed: false }] })),
  http.post(`${proxy}/admin/roles/validate`, async ({ request }) =>
    HttpResponse.json(validation((await request.json()) as RoleConfiguration) as unknown as JsonBodyType),
  ),
  http.post(`${proxy}/admin/roles`, async ({ request }) => {
    const body = (await note(request)) as RoleConfiguration;
    return HttpResponse.json({ ...role, server: body.serverName, configuration: body }, { status: 201 });
  }),
  http.put(`${proxy}/admin/roles/FSP01`, async ({ request }) => {
    const body = (await note(request)) as RoleConfiguration;
    return HttpResponse.json({ ...role, version: 4, configuration: body });
  }),
  http.delete(`${proxy}/admin/roles/FSP01`, async ({ request }) => {
    await note(request);
    return new HttpResponse(null, { status: 204 });
  }),
  http.post(`http://localhost:3000/api/plugins/${pluginId}/settings`, async ({ request }) => {
    await note(request);
    return HttpResponse.json({ message: 'Plugin settings updated' });
  }),
);
