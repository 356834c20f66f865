import { connect, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { createIntake } from '../server/src/intake/intake.js';
import type { Origin } from '../server/src/intake/rejected.js';

/** An intake that listens, without what becomes of bodies behind it. */
export interface IntakeAlone {
  port: number;
  taken: { body: string; origin: Origin }[];
  refused: string[];
  /** The status of each answer. */
  statuses: number[];
  post(path: string, body: string | Buffer, headers?: Record<string, string>): Promise<Response>;
  /** Writes on one connection and gives all that came back until it was closed. */
  raw(bytes: string | Buffer, options?: { halfClose?: boolean }): Promise<string>;
}

/** Starts one, which ends with the test that asked for it; what `accept` throws is the answer to a body. */
export async function intakeAlone({ accept }: { accept?(body: Buffer): void } = {}): Promise<IntakeAlone> {
  const intake = createIntake({
    trustedProxies: 'loopback',
    logger: { error: () => undefined },
    async accept(body, origin) {
      // As a disk does.
      await new Promise((resolve) => setTimeout(resolve, 5));
      accept?.(body);
      alone.taken.push({ body: body.toString(), origin });
    },
    reject: (reason) => alone.refused.push(reason),
    onAnswer: (status) => alone.statuses.push(status),
  });
  await intake.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => intake.close());
  const { port } = intake.server.address() as AddressInfo;
  const alone: IntakeAlone = {
    port,
    taken: [],
    refused: [],
    statuses: [],
    post: (path, body, headers = {}) => fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body, headers }),
    async raw(bytes, { halfClose = false } = {}) {
      const socket: Socket = connect({ port, host: '127.0.0.1', allowHalfOpen: halfClose });
      const closed = new Promise((resolve) => socket.once('close', resolve));
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk.toString()));
      socket.on('end', () => socket.end());
      socket.on('error', () => undefined);
      if (halfClose) socket.end(bytes);
      else socket.write(bytes);
      await closed;
      return answer;
    },
  };
  return alone;
}
