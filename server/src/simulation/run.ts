import { setMaxListeners } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeState } from '../catalog/states.js';
import { FspError } from '../errors.js';
import { shownAddress } from '../http/shown-address.js';
import { simulateFleet, type FleetMessage, type FleetOptions } from './fleet.js';
import { wireReport } from './wire.js';

/** Without any answer for this long the simulation gives up. */
const giveUpMs = 30_000;

export interface SimulationOptions extends FleetOptions {
  url: string;
  /** Messages a second; 0 for as fast as it goes. */
  rate: number;
  connections: number;
}

export interface SimulationSummary {
  clients: number;
  sent: number;
  refused: number;
  /** The status that the last of them was answered with. */
  lastRefusal: number | null;
  retried: number;
  byOutcome: Record<string, number>;
  seconds: number;
}

/**
 * Sends a fleet's messages over HTTP as real clients do; each client's in their order. Answers with 503 and broken
 * connections are tried again, as a client would.
 * @throws FspError FSP_SIMULATION_FAILED where nothing answers for 30 s
 */
export async function runSimulation(
  options: SimulationOptions,
  signal?: AbortSignal,
  onProgress?: (done: number, of: number) => void,
): Promise<SimulationSummary> {
  const messages = simulateFleet(options);
  const summary: SimulationSummary = {
    clients: options.clients,
    sent: 0,
    refused: 0,
    lastRefusal: null,
    retried: 0,
    byOutcome: {},
    seconds: 0,
  };
  const begin = performance.now();
  let next = 0;
  const sender = createSender(options, signal, () => {
    summary.retried++;
  });

  async function send(message: FleetMessage): Promise<void> {
    const answer = await sender.send(message);
    if (answer === 'refused') summary.refused++;
    if (answer !== 'sent') return;
    summary.sent++;
    const { outcome } = describeState(message.topicType, message.stateId, message.params);
    summary.byOutcome[outcome] = (summary.byOutcome[outcome] ?? 0) + 1;
  }

  async function worker(own: FleetMessage[]): Promise<void> {
    for (const message of own) {
      if (signal?.aborted) return;
      const due = options.rate === 0 ? 0 : (next++ / options.rate) * 1000 - (performance.now() - begin);
      if (due > 1) await sleep(due, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
      await send(message);
      onProgress?.(summary.sent + summary.refused, messages.length);
    }
  }

  // A client's messages go through one worker, so that they keep their order.
  const shares = Array.from({ length: options.connections }, (): FleetMessage[] => []);
  for (const message of messages) shares[Number(message.name.slice(-5)) % options.connections]!.push(message);
  try {
    await Promise.all(shares.map(worker));
  } finally {
    sender.close();
  }
  summary.lastRefusal = sender.lastRefusal;
  summary.seconds = (performance.now() - begin) / 1000;
  return summary;
}

export interface Sender {
  /** Sends a message until it is answered; `stopped` where the signal came first. @throws FspError FSP_SIMULATION_FAILED */
  send(message: FleetMessage): Promise<'sent' | 'refused' | 'stopped'>;
  /** The status of the last answer that refused a message for good; null where none did. */
  readonly lastRefusal: number | null;
  close(): void;
}

/** Posts messages as clients do, and tries again where the server asks for it or the connection breaks. */
export function createSender(
  { url, connections }: Pick<SimulationOptions, 'url' | 'connections'>,
  signal?: AbortSignal,
  onRetry?: () => void,
): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  // Each that waits for its next try listens for the end: as many as there are connections is no leak.
  if (signal !== undefined) setMaxListeners(0, signal);
  let lastAnswer = performance.now();
  let lastRefusal: number | null = null;
  return {
    get lastRefusal() {
      return lastRefusal;
    },
    async send(message) {
      const body = wireReport(message);
      const begun = performance.now();
      for (let pause = 200; !signal?.aborted; pause = Math.min(pause * 2, 5_000)) {
        try {
          const { status, retryAfter } = await post(url, body, message.clientAddress, agent);
          lastAnswer = performance.now();
          if (status === 200) return 'sent';
          if (status !== 503) {
            lastRefusal = status;
            return 'refused';
          }
          pause = Math.max(pause, retryAfter * 1000);
        } catch (cause) {
          if (performance.now() - Math.max(lastAnswer, begun) > giveUpMs) {
            throw new FspError(
              'FSP_SIMULATION_FAILED',
              `${shownAddress(url)} does not answer (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}); start the server, or name another with --url`,
              { cause },
            );
          }
        }
        onRetry?.();
        await sleep(pause, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
      }
      return 'stopped';
    },
    close() {
      agent.destroy();
    },
  };
}

function post(
  url: string,
  body: Buffer,
  clientAddress: string,
  agent: Agent,
): Promise<{ status: number; retryAfter: number }> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'text/plain',
      'content-length': body.length,
      'user-agent': 'ccmhttp',
      'x-forwarded-for': clientAddress,
    };
    const call = request(url, { method: 'POST', agent, headers, timeout: 30_000 }, (answer) => {
      answer.resume().on('end', () => {
        resolve({ status: answer.statusCode ?? 0, retryAfter: Number(answer.headers['retry-after'] ?? 0) || 0 });
      });
    });
    call.on('timeout', () => call.destroy(new Error('timeout')));
    call.on('error', reject);
    call.end(body);
  });
}

const units: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `15m`, `24h` or `7d` in milliseconds. @throws FspError FSP_USAGE */
export function parseDuration(text: string): number {
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  if (match === null || Number(match[1]) === 0)
    throw new FspError(
      'FSP_USAGE',
      `--over is ${JSON.stringify(text)}; allowed: a duration such as 90s, 15m, 24h or 7d`,
    );
  return Number(match[1]) * units[match[2]!]!;
}
