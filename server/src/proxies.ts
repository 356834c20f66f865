import { isIP } from 'node:net';

const names = new Set(['loopback', 'linklocal', 'uniquelocal']);

/**
 * Whether a text names proxies as Fastify's trustProxy takes them: names, addresses or networks, separated by commas. Fastify
 * itself says so with a TypeError, and only when all else has started.
 */
export function areProxies(text: string): boolean {
  return text.split(',').every((item) => names.has(item.trim()) || isAddressOrNetwork(item.trim()));
}

function isAddressOrNetwork(text: string): boolean {
  const [address = '', range, ...more] = text.split('/');
  const kind = isIP(address);
  if (kind === 0 || more.length > 0) return false;
  if (range === undefined) return true;
  if (/^\d{1,3}$/.test(range)) return Number(range) >= 1 && Number(range) <= (kind === 6 ? 128 : 32);
  return kind === 4 && isNetmask(range);
}

/** `255.240.0.0`: ones, and then nothing but zeroes. */
function isNetmask(text: string): boolean {
  const bits = text.split('.').map((part) => Number(part).toString(2).padStart(8, '0'));
  return isIP(text) === 4 && /^1+0*$/.test(bits.join(''));
}
