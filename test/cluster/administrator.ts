import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Receiver } from './receivers.js';

/** A call of the roles' API of a receiver, with its administrator's token. */
export function callRoles(
  folder: string,
  receiver: Receiver,
  method: string,
  path: string,
  body?: object,
  etag = '',
): Promise<{ status: number; body: Record<string, unknown> }> {
  return call(folder, receiver, method, `/roles${path}`, body, etag);
}

/** Forgets a machine by a receiver; what it answers. */
export async function forgetMachine(folder: string, receiver: Receiver, machine: string): Promise<unknown> {
  const { body } = await call(folder, receiver, 'POST', '/forget', { kind: 'machine', name: machine, dryRun: false });
  return body;
}

async function call(
  folder: string,
  { name, server }: Receiver,
  method: string,
  path: string,
  body?: object,
  etag = '',
): Promise<{ status: number; body: Record<string, unknown> }> {
  const { admin } = JSON.parse(readFileSync(join(folder, name, 'tokens.json'), 'utf8')) as { admin: string };
  const answer = await fetch(`${server.management}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${admin}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(etag === '' ? {} : { 'if-match': etag }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

/** How many messages a role lets pass, by a receiver's word. */
export async function messageCount(folder: string, receiver: Receiver, server: string): Promise<number | undefined> {
  const { body } = await callRoles(folder, receiver, 'GET', `/${server}`);
  return (body.configuration as { messageCount?: number } | undefined)?.messageCount ?? (body.messageCount as number);
}
