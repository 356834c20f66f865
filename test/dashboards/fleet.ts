import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environment, eventually, fsp, startServer, type RunningServer } from '../server-process.js';
import { report, type StateGiven } from '../reports.js';

export interface Column {
  name: string;
  type: string;
}

export interface Answer {
  meta: Column[];
  data: Record<string, unknown>[];
}

export interface Fleet {
  server: RunningServer;
  dataDir: string;
  /** Asks as the reader does. @throws Error what ClickHouse said */
  ask(sql: string): Promise<Answer>;
  simulate(clients: number, failureRate: number, seed: number): Promise<void>;
  importLogs(path: string): Promise<void>;
  /** Holds machines against what was heard, as `fsp expect` does. */
  expectMachines(names: readonly string[]): Promise<void>;
  /** Posts messages and waits until they are in ClickHouse. */
  post(messages: StateGiven[]): Promise<void>;
  /** Posts a message that the throttle may hold back. */
  postOnly(message: StateGiven): Promise<void>;
  close(): Promise<void>;
}

export const syntheticLogs = fileURLToPath(new URL('../fixtures/synthetic-logs', import.meta.url));

/** A real server with a real engine, empty. */
export async function startFleet(folder: string): Promise<Fleet> {
  const settings = { FSP_THROTTLE_MESSAGES: '100000' };
  const env = environment(folder, settings);
  const server = await startServer(folder, settings);
  const { viewer } = JSON.parse(readFileSync(join(folder, 'tokens.json'), 'utf8')) as { viewer: string };
  const ask = async (sql: string): Promise<Answer> => {
    const answer = await fetch(`${server.management}/api/v1/query`, {
      method: 'POST',
      headers: { authorization: `Bearer ${viewer}`, 'content-type': 'application/json' },
      body: JSON.stringify({ sql }),
    });
    const body = (await answer.json()) as Answer & { title?: string };
    if (!answer.ok) throw new Error(`${body.title ?? answer.status}\n${sql}`);
    return body;
  };
  /** Nothing waits for the throttle, and ClickHouse has everything. */
  const delivered = () =>
    eventually(
      async () => (await server.status()) as { spool: { waiting: number }; sinks: { sink: string; lag: number }[] },
      ({ spool, sinks }) => spool.waiting === 0 && sinks.every(({ sink, lag }) => sink !== 'clickhouse' || lag === 0),
    );
  const run = async (...args: string[]) => {
    const { code, stderr } = await fsp(args, env);
    if (code !== 0) throw new Error(stderr);
  };
  return {
    server,
    dataDir: folder,
    ask,
    async simulate(clients, failureRate, seed) {
      const fleet = ['--clients', String(clients), '--failure-rate', String(failureRate), '--seed', String(seed)];
      await run('simulate', '--url', `${server.intake}/SMS_FSP/.sms_fsp`, ...fleet, '--over', '5h', '--rate', '0');
      await delivered();
    },
    importLogs: (path) => run('import', path),
    async expectMachines(names) {
      const list = join(folder, 'expected.txt');
      writeFileSync(list, names.join('\n'));
      await run('expect', list);
    },
    async post(messages) {
      await Promise.all(messages.map((message) => server.post(report(message))));
      await delivered();
    },
    async postOnly(message) {
      await server.post(report(message));
    },
    async close() {
      await server.kill('SIGTERM');
    },
  };
}
