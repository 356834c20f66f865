import type { FastifyInstance } from 'fastify';
import { FspError } from '../errors.js';

/** The port that a server listens on; undefined while it does not. */
export function portOf({ server }: FastifyInstance): number | undefined {
  const address = server.address();
  return typeof address === 'object' ? address?.port : undefined;
}

/**
 * Begins to listen; the address as a URL.
 * @param setting what an operator changes where the port is taken
 * @throws FspError FSP_PORT_TAKEN, FSP_CONFIG_INVALID
 */
export async function listen(server: FastifyInstance, host: string, port: number, setting: string): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new FspError(
        'FSP_PORT_TAKEN',
        `Port ${port} on ${host} is taken by another program; stop it, or choose another with ${setting}`,
      );
    }
    if (code === 'EACCES') {
      throw new FspError(
        'FSP_PORT_TAKEN',
        `Port ${port} on ${host} needs more rights; run with them, or choose another with ${setting}`,
      );
    }
    throw new FspError(
      'FSP_CONFIG_INVALID',
      `${host}:${port} cannot be listened on (${code ?? 'unknown'}); check ${setting} and its host`,
    );
  }
}

/** A host to connect to, for one that is listened on. */
export function localHost(host: string): string {
  const local = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return local.includes(':') ? `[${local}]` : local;
}

/** Whether what is sent to a host stays on this machine. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}
