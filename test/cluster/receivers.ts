import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startFaultProxy, type FaultProxy } from '../fault-proxy.js';
import { Ledger, Load, storedRows, type Audit, type StoredRow } from '../reliability/oracle.js';
import { eventually, startServer, type RunningServer } from '../server-process.js';
import { account as standInAccount, ask } from './stand-in/stand-in.js';

/** A receiver whose way to each server of the cluster can be disturbed. */
export interface Receiver {
  name: string;
  server: RunningServer;
  /** Its ways to the servers, the near one first. */
  ways: FaultProxy[];
}

export async function startReceiver(
  folder: string,
  name: string,
  urls: readonly string[],
  settings: Record<string, string> = {},
  { username, password } = standInAccount,
): Promise<Receiver> {
  const ways = await Promise.all(urls.map((url) => startFaultProxy(url)));
  const server = await startServer(join(folder, name), {
    FSP_SERVER_NAME: name,
    FSP_CLICKHOUSE_URL: ways.map(({ url }) => url).join(','),
    FSP_CLICKHOUSE_USER: username,
    FSP_CLICKHOUSE_PASSWORD: password,
    FSP_THROTTLE_MESSAGES: '100000',
    FSP_THROTTLE_INTERVAL: '60',
    ...settings,
  });
  return { name, server, ways };
}

/** Waits until receivers have said that ClickHouse is ready; the schema may have to be made first, by one of them. */
export async function ready(receivers: readonly Receiver[]): Promise<void> {
  for (const { server } of receivers)
    await eventually(
      () => Promise.resolve(server.output()),
      (output) => output.includes('ClickHouse is ready'),
      300_000,
    );
}

export async function stopReceiver({ server, ways }: Receiver): Promise<void> {
  await server.kill('SIGTERM');
  for (const way of ways) await way.stop();
}

let runs = 0;

/** Messages that each receiver has to take before something happens, and again behind it. */
const aroundEach = 40;

/** Waits until each receiver has taken so many messages more. */
export type Further = (messages?: number) => Promise<void>;

/**
 * Load on all receivers while something happens, and what all servers hold in the end: the most lost and the most doubled
 * that any of them shows.
 * @param happening is told how to wait until messages were taken while its fault lasts
 * @param nodes where each server is asked what it holds
 */
export async function underLoad(
  receivers: readonly Receiver[],
  nodes: readonly string[],
  happening: (further: Further) => Promise<void>,
  { account = standInAccount, perSecond = 40, withinMs = 180_000, from = 'fsp.state_messages' } = {},
): Promise<{ owed: number; lost: number; doubled: number; wrong: number; 'settled within s': number }> {
  const run = ++runs;
  const ledgers = receivers.map((_, index) => new Ledger(`C${Date.now() % 100_000}R${run}X${index}`));
  const loads = receivers.map(
    (receiver, index) => new Load(ledgers[index]!, () => receiver.server.intake, 4, perSecond),
  );
  const owed = () => ledgers.map((ledger) => ledger.owed.size);
  // By messages and not by time: on few cores a receiver may take none for seconds, and then nothing would be under load.
  const further: Further = async (messages = aroundEach) => {
    const before = owed();
    await eventually(
      () => Promise.resolve(owed()),
      (now) => now.every((count, index) => count >= before[index]! + messages),
      180_000,
    );
  };
  await further();
  await happening(further);
  await further();
  await Promise.all(loads.map((load) => load.stop()));
  const begun = performance.now();
  const look = async () => {
    const audits: Audit[] = [];
    for (const url of nodes) {
      const sql = storedRows.replace('state_messages', from);
      const text = await ask(url, `${sql} FORMAT JSONEachRow`, account).catch(() => '');
      const rows = text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as StoredRow);
      audits.push(...ledgers.map((ledger) => ledger.audit(rows)));
    }
    const most = (key: keyof Audit) => Math.max(...audits.map((audit) => audit[key]));
    return { lost: most('lost'), doubled: most('doubled'), wrong: most('wrong') };
  };
  let found = await look();
  while (found.lost > 0 && performance.now() - begun < withinMs) {
    await sleep(500);
    found = await look();
  }
  const settled = Math.round((performance.now() - begun) / 1_000);
  // What was under way still may come in late.
  await sleep(3_000);
  found = await look();
  return { owed: owed().reduce((sum, count) => sum + count, 0), ...found, 'settled within s': settled };
}
