import { STATUS_CODES } from 'node:http';

/**
 * An answer as it stands on the wire, the last one of its connection: for what is refused before there is a reply to give
 * it by.
 */
export function lastAnswer(status: number, fields: Readonly<Record<string, string | number>>, body: string): string {
  const all = { ...fields, 'content-length': Buffer.byteLength(body), connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`;
}
