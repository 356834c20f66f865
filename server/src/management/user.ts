import type { FastifyRequest } from 'fastify';

/** Who changes: the user that Grafana names beside its token, else the token's kind. */
export function userOf(request: FastifyRequest): string {
  const context = request.headers['x-grafana-context'];
  if (typeof context === 'string') {
    try {
      const { user } = JSON.parse(context) as { user?: { login?: unknown; email?: unknown } | string };
      const name = typeof user === 'string' ? user : (user?.login ?? user?.email);
      if (typeof name === 'string' && name !== '') return name.replaceAll(/\p{Cc}/gu, '').slice(0, 200);
    } catch {
      // No JSON: it names nobody.
    }
  }
  return 'admin token';
}
