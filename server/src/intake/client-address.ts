import { isIP } from 'node:net';

/**
 * The address of a client as rows and log records carry it: a bare IP address.
 * @param claimed what the connection, or a trusted proxy's X-Forwarded-For, says: may be an IPv4-mapped IPv6 address,
 * may carry a port (IIS Application Request Routing adds one), may be any text at all
 * @param socketAddress the other end of the connection; taken where the claim is no address. '' once it is gone
 */
export function clientAddress(claimed: string | undefined, socketAddress: string | undefined): string {
  return addressIn(claimed) ?? addressIn(socketAddress) ?? '';
}

function addressIn(text: string | undefined): string | null {
  if (text === undefined) return null;
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const mapped = /^::ffff:([\d.]+)$/i.exec(bare)?.[1] ?? bare;
  return isIP(mapped) === 0 ? null : mapped;
}
