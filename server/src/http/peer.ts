import { isIPv6 } from 'node:net';

/** An address, plain IPv4 where IPv6 only carries one. */
export function plainAddress(address: string): string {
  return address.includes(':') ? address.replace(/^::ffff:(?=\d+\.)/i, '') : address;
}

/** `10.9.9.9:51234`, `[2001:db8::7]:4711` or either without its port; white space around it. */
const withPort = /^\s*(?:\[([\da-f:.]+)\]|([\d.]+))(?::\d{1,5})?\s*$/i;

/** An X-Forwarded-For without the ports that some proxies add (Azure Application Gateway, ARR of IIS). */
export function withoutPorts(forwarded: string): string {
  return forwarded
    .split(',')
    .map((one) => {
      const [, six, four] = withPort.exec(one) ?? [];
      return six ?? four ?? one;
    })
    .join(',');
}

/**
 * By what one who asks anonymously is told from another: the address, and of IPv6 the network of 64 bits, of which
 * everybody who has one address has all the others (RFC 6177).
 */
export function peerOf(address: string): string {
  const plain = plainAddress(address);
  if (!plain.includes(':') || !isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('%')[0]!.split('::');
  const groups = head === '' ? [] : head.split(':');
  const behind = tail === undefined || tail === '' ? [] : tail.split(':');
  // An address may end in four decimal numbers, which are two groups.
  const length = groups.length + behind.length + (plain.includes('.') ? 1 : 0);
  if (tail !== undefined) groups.push(...Array.from({ length: Math.max(0, 8 - length) }, () => '0'), ...behind);
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
