import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'node:http';
import { report } from '../reports.js';
import { eventually, type RunningServer } from '../server-process.js';

/**
 * The oracle: every message can be computed again from its number, an answer 200 is a debt, and at the end ClickHouse
 * holds each debt once, with the content that was sent. What was not answered may be there once, or not at all.
 */
export class Ledger {
  readonly owed = new Set<number>();
  readonly sent = new Set<number>();
  private next = 0;

  /** @param run names the run in the messages, so that several can share a database */
  constructor(private readonly run: string) {}

  /** A message that was never sent before. */
  issue(): number {
    this.sent.add(this.next);
    return this.next++;
  }

  message(number: number): { client: string; state: number; params: string[] } {
    return number % 5 === 0
      ? { client: this.name(number), state: 313, params: [String(1600 + (number % 50))] }
      : { client: this.name(number), state: 100 + (number % 3) * 300, params: [`p${number}`] };
  }

  body(number: number): Buffer {
    return report({ ...this.message(number), serial: number + 1 });
  }

  /** What is wrong with the rows that ClickHouse holds of this run; nothing of it may ever be. */
  audit(rows: readonly StoredRow[]): Audit {
    const counts = new Map<string, number>();
    let wrong = 0;
    const byName = new Map([...this.sent].map((number) => [this.name(number), this.message(number)]));
    const own = rows.filter(({ client_name }) => client_name.startsWith(`${this.run}N`));
    for (const { client_name: name, state_id: state, params, n } of own) {
      counts.set(name, (counts.get(name) ?? 0) + n);
      const expected = byName.get(name);
      if (expected === undefined || expected.state !== state || expected.params.join() !== params.join()) wrong++;
    }
    return {
      owed: this.owed.size,
      stored: own.length,
      lost: [...this.owed].filter((number) => !counts.has(this.name(number))).length,
      doubled: [...counts.values()].filter((count) => count > 1).length,
      wrong,
    };
  }

  name(number: number): string {
    return `${this.run}N${number}`.toUpperCase();
  }

  numberOf(name: string): number {
    return Number(name.slice(name.lastIndexOf('N') + 1));
  }
}

export interface StoredRow {
  client_name: string;
  state_id: number;
  params: string[];
  n: number;
}

export interface Audit {
  owed: number;
  stored: number;
  lost: number;
  doubled: number;
  wrong: number;
}

export const storedRows = `SELECT client_name, state_id, params, toUInt32(count()) AS n FROM state_messages GROUP BY ALL`;

/** Waits until everything that is owed has arrived, and looks at all that there is. */
export async function settle(server: RunningServer, ledger: Ledger, withinMs: number): Promise<Audit> {
  // All of them, told one by one, would take the processor from what they wait for.
  const named = `SELECT toUInt32(uniqExact(client_name)) AS n FROM state_messages WHERE startsWith(client_name, '${ledger.name(0).slice(0, -1)}')`;
  await eventually(
    async () => (await server.query<{ n: number }>(named).catch(() => []))[0]?.n ?? 0,
    (n) => n >= ledger.owed.size,
    withinMs,
  ).catch(() => undefined);
  await eventually(
    async () => {
      const rows = await server.query<StoredRow>(storedRows).catch(() => []);
      return ledger.audit(rows).lost;
    },
    // What was taken, and its answer lost, is among them: what is owed may come later.
    (lost) => lost === 0,
    withinMs,
  ).catch(() => undefined);
  return ledger.audit(await server.query<StoredRow>(storedRows));
}

/** Clients that send as real ones do: each message again until it is answered 200. */
export class Load {
  readonly answers: Record<string, number> = {};
  /** Milliseconds that each answer 200 took. */
  readonly latencies: number[] = [];
  private stopping = false;
  private readonly workers: Promise<void>[];
  private readonly agent: Agent;

  /**
   * @param intake where the server listens now; null while it is down
   * @param perSecond messages of all clients together
   */
  constructor(
    private readonly ledger: Ledger,
    private readonly intake: () => string | null,
    clients: number,
    perSecond: number,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: clients });
    this.workers = Array.from({ length: clients }, () => this.work((clients / perSecond) * 1000));
  }

  /** Ends the load; resolves when no request is under way. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.workers);
    this.agent.destroy();
  }

  private async work(everyMs: number): Promise<void> {
    while (!this.stopping) {
      const begun = performance.now();
      const number = this.ledger.issue();
      const body = this.ledger.body(number);
      while (!this.stopping) {
        const answer = await this.post(body);
        this.answers[answer] = (this.answers[answer] ?? 0) + 1;
        if (answer === '200') {
          this.ledger.owed.add(number);
          this.latencies.push(performance.now() - begun);
          break;
        }
        await sleep(50 + Math.random() * 100);
      }
      await sleep(Math.max(0, everyMs - (performance.now() - begun)));
    }
  }

  private async post(body: Buffer): Promise<string> {
    const intake = this.intake();
    if (intake === null) return 'down';
    return new Promise((resolve) => {
      const call = request(
        `${intake}/SMS_FSP/.sms_fsp`,
        { method: 'POST', agent: this.agent, headers: { 'content-length': body.length }, timeout: 10_000 },
        (answer) => {
          answer.resume().on('end', () => {
            resolve(String(answer.statusCode));
          });
          answer.on('error', () => {
            resolve('cut');
          });
        },
      );
      call.on('timeout', () => call.destroy(new Error('timeout')));
      call.on('error', (error: NodeJS.ErrnoException) => {
        resolve(error.code ?? error.message);
      });
      call.end(body);
    });
  }
}

/** A value below which a share of the values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
