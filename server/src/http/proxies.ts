import { compile } from '@fastify/proxy-addr';

/**
 * Whether a text names proxies as Fastify's trustProxy takes them: names, addresses or networks, separated by commas.
 * Fastify itself says so with a TypeError, and only when all else has started.
 */
export function areProxies(text: string): boolean {
  try {
    compile(text.split(',').map((item) => item.trim()));
    return true;
  } catch {
    return false;
  }
}
