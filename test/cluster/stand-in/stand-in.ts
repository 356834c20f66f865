import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { eventually } from '../../server-process.js';
import { startLink, type Link } from '../link.js';
import { writeConfigs, type Layout, type NodePorts } from './config.js';
import { startZooKeeper } from './zookeeper.js';

const program = fileURLToPath(new URL('node.mjs', import.meta.url));
const library = createRequire(new URL('../../../server/package.json', import.meta.url)).resolve(
  '@chdb/lib-linux-x64-gnu/libchdb.so',
);

export const account = { username: 'cluster', password: 'cluster' };

interface Node {
  ports: NodePorts;
  links: { tcp: Link; interserver: Link; zooKeeper: Link };
  child: ChildProcess | null;
}

/** Two ClickHouse servers as replicas or as shards over a ZooKeeper, on this machine; see README.md for what they are. */
export class StandIn {
  private constructor(
    private readonly folder: string,
    private readonly nodes: Node[],
    private readonly zooKeeper: ChildProcess,
  ) {}

  static async start(folder: string, layout: Layout): Promise<StandIn> {
    const [zooKeeperPort = 0, ...ports] = await freePorts(7);
    const zooKeeper = await startZooKeeper(join(folder, 'zookeeper'), zooKeeperPort);
    const nodes: Node[] = [];
    for (let index = 0; index < 2; index++) {
      const [http = 0, tcp = 0, interserver = 0] = ports.slice(index * 3);
      const links = {
        tcp: await startLink(tcp),
        interserver: await startLink(interserver),
        zooKeeper: await startLink(zooKeeperPort),
      };
      nodes.push({
        links,
        child: null,
        ports: {
          http,
          tcp,
          interserver,
          linkTcp: links.tcp.port,
          linkInterserver: links.interserver.port,
          linkZooKeeper: links.zooKeeper.port,
        },
      });
    }
    writeConfigs(
      folder,
      layout,
      nodes.map((node) => node.ports),
    );
    const standIn = new StandIn(folder, nodes, zooKeeper);
    for (const number of [1, 2]) await standIn.run(number);
    for (const number of [1, 2]) await standIn.createDatabase(number);
    return standIn;
  }

  url(number: number): string {
    return `http://127.0.0.1:${this.node(number).ports.http}`;
  }

  /** What a node is reached by: `zooKeeper` is its own way there. */
  links(number: number): Node['links'] {
    return this.node(number).links;
  }

  async query(number: number, sql: string): Promise<string> {
    return ask(this.url(number), sql);
  }

  createDatabase(number: number): Promise<string> {
    return this.query(
      number,
      `CREATE DATABASE fsp ENGINE = Replicated('/clickhouse/databases/fsp', '{shard}', '{replica}')`,
    );
  }

  /** Waits until a node has rows of a table that the other has not. */
  async aloneHasSome(number: number, table: string): Promise<void> {
    const rows = async (of: number) => Number(await this.query(of, `SELECT count() FROM ${table}`));
    await eventually(
      // The other one first: what it gets meanwhile is not taken for more.
      async () => {
        const elsewhere = await rows(3 - number);
        return (await rows(number)) - elsewhere;
      },
      (more) => more > 0,
      180_000,
    );
  }

  /** Starts a node that does not run. */
  async run(number: number): Promise<void> {
    const node = this.node(number);
    const { http, tcp, interserver, linkInterserver } = node.ports;
    const own = join(this.folder, `node${number}`);
    const log = openSync(join(own, 'log'), 'a');
    const words = [
      program,
      library,
      join(own, 'config.xml'),
      join(own, 'data'),
      http,
      tcp,
      interserver,
      linkInterserver,
    ];
    node.child = spawn(process.execPath, words.map(String), { cwd: own, stdio: ['pipe', log, log] });
    for (let tries = 0; ; tries++) {
      if (tries > 1_200 || node.child.exitCode !== null)
        throw new Error(`node ${number} did not start; see ${own}/log`);
      if (await this.query(number, 'SELECT 1').catch(() => '')) return;
      await sleep(100);
    }
  }

  async kill(number: number): Promise<void> {
    const node = this.node(number);
    const { child } = node;
    node.child = null;
    if (child === null || child.exitCode !== null) return;
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
  }

  /** What a new disk in a server that is down comes to: it starts empty, and the database is made on it again. */
  async replaceDisk(number: number): Promise<void> {
    rmSync(join(this.folder, `node${number}`, 'data'), { recursive: true, force: true });
    await this.run(number);
    const other = 3 - number;
    const tables = await this.query(
      other,
      "SELECT zookeeper_path FROM system.replicas WHERE database = 'fsp' FORMAT TSVRaw",
    );
    for (const path of tables.split('\n').filter(Boolean))
      await this.forget(other, `SYSTEM DROP REPLICA 'node${number}' FROM ZKPATH '${path}'`);
    await this.forget(other, `SYSTEM DROP DATABASE REPLICA 'node${number}' FROM SHARD '01' FROM DATABASE fsp`);
    await this.createDatabase(number);
  }

  /** A replica counts as active until its session with ZooKeeper has run out. */
  private async forget(number: number, statement: string): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        await this.query(number, statement);
        return;
      } catch (error) {
        if (tries > 60 || !(error as Error).message.includes('active')) throw error;
        await sleep(500);
      }
    }
  }

  pauseZooKeeper(): void {
    this.zooKeeper.kill('SIGSTOP');
  }

  resumeZooKeeper(): void {
    this.zooKeeper.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    for (const number of [1, 2]) await this.kill(number);
    this.resumeZooKeeper();
    this.zooKeeper.kill('SIGKILL');
    for (const { links } of this.nodes)
      for (const link of [links.tcp, links.interserver, links.zooKeeper]) await link.close();
  }

  private node(number: number): Node {
    return this.nodes[number - 1]!;
  }
}

/** @throws Error with ClickHouse's words */
export async function ask(url: string, sql: string, { username, password } = account): Promise<string> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'X-ClickHouse-User': username, 'X-ClickHouse-Key': password },
    body: sql,
    signal: AbortSignal.timeout(60_000),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text.trim();
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  for (const server of servers) await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) await new Promise((done) => server.close(done));
  return ports;
}
