// Our intake beside the Collector's OTLP receiver with a queue on disk: the same bodies, the same number of connections;
// and what is left of what was answered 200 when each is killed under load.
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { reportFixture } from '../reports.js';
import { startServer } from '../server-process.js';
import type { ClickHouse } from './clickhouse.js';
import { exporting, startCollector } from './collector.js';
import type { Strength } from './peers.js';
import { freePort, measure, until, untilSteady, type Cost, temporaryFolder } from './processes.js';
import { median, spread, type Section } from './results.js';

const connections = 64;
const template = reportFixture('installed-client.utf16le.smx').toString('utf16le');

interface Intake {
  pid: number;
  url: string;
  type: string;
  /** A report as this intake takes it. */
  wrap(report: Buffer): Buffer;
  end(signal: NodeJS.Signals): Promise<void>;
}

/** One of the two sides: how it is started over what it left behind, and where its rows are. */
interface Side {
  name: string;
  start(): Promise<Intake>;
  /** One row a message: the name of the client as `name`. */
  rows: string;
  remove(): void;
}

interface Load {
  /** Names of the clients whose report was answered 200. */
  taken: string[];
  /** Milliseconds that each of those took. */
  latencies: number[];
  refused: number;
  seconds: number;
}

export async function compareIntake(clickhouse: ClickHouse, { quick, rounds }: Strength): Promise<Section> {
  const sides = [ourSide(clickhouse, 'INTAKE'), await theirSide(clickhouse, 'collector_intake')];
  const rows: string[][] = [];
  try {
    const measured = sides.map(() => [] as { load: Load; cost: Cost }[]);
    for (let round = 0; round < rounds; round++)
      for (const [index, side] of round % 2 === 0 ? [...sides.entries()] : [...sides.entries()].reverse())
        measured[index]!.push(await oneRound(clickhouse, side, `R${round}`, quick ? 1 : 4));
    for (const [index, side] of sides.entries()) {
      const of = measured[index]!;
      rows.push([
        side.name,
        spread(of.map(({ load }) => load.taken.length / load.seconds)),
        spread(of.map(({ load, cost }) => (cost.cpuSeconds / load.taken.length) * 1e6)),
        spread(
          of.map(({ load }) => percentile(load.latencies, 0.5)),
          1,
        ),
        spread(
          of.map(({ load }) => percentile(load.latencies, 0.99)),
          1,
        ),
        spread(of.map(({ cost }) => cost.peakMegabytes)),
      ]);
    }
    const rate = (index: number) => median(measured[index]!.map(({ load }) => load.taken.length / load.seconds));
    rows.push(['ours by the Collector’s', (rate(0) / rate(1)).toFixed(2), '', '', '', '']);
  } finally {
    for (const side of sides) side.remove();
  }
  return {
    title: 'Intake',
    text: [
      `${connections} connections post reports of one message each, in UTF-16 as clients do, each by another client. An answer of 200 ` +
        'says that the report is on disk, on both sides. CPU is that of the process from the first request until all of them are rows.',
    ],
    head: ['intake', 'requests/s', 'CPU µs a message, to the row', 'median ms', 'p99 ms', 'peak MB'],
    rows,
    unfair: [
      'Ours reads the report, refuses what is none, throttles, knows a message that it has and makes a row of 30 columns of it. The Collector takes any body for a record, and its row holds the body as it came.',
      'The Collector’s HTTP event receiver takes bodies as they are and would be the obvious choice; its module is not served where this was built. Its OTLP receiver stands in: each report is wrapped in a request of that protocol before it is sent, 20 bytes more.',
      'The load is made on the same cores, and by clients that wait for their answers: latencies are those under that load, not those of an open one.',
      'The Collector’s queue writes each request to disk by itself; it has no way to flush several together.',
    ],
    failed: false,
  };
}

export async function compareIntakeLosses(clickhouse: ClickHouse, { quick }: Strength): Promise<Section> {
  const kills = quick ? 1 : 5;
  const rows: string[][] = [];
  let failed = false;
  for (const side of [ourSide(clickhouse, 'KILLED'), await theirSide(clickhouse, 'collector_killed')]) {
    try {
      const taken = new Set<string>();
      for (let kill = 0; kill < kills; kill++) {
        const intake = await side.start();
        const loading = load(intake, `K${kill}`, 30);
        await new Promise((resolve) => setTimeout(resolve, 1_000 + 300 * kill));
        await intake.end('SIGKILL');
        for (const name of (await loading).taken) taken.add(name);
      }
      const intake = await side.start();
      await settled(clickhouse, side);
      await intake.end('SIGTERM');
      const found = (await clickhouse.rows<{ name: string }>(side.rows)).map(({ name }) => name);
      const known = new Set(found);
      const lost = [...taken].filter((name) => !known.has(name)).length;
      rows.push([side.name, String(kills), String(taken.size), String(lost), String(found.length - known.size)]);
      failed ||= side.name === 'this server' && lost > 0;
    } finally {
      side.remove();
    }
  }
  return {
    title: 'Intake, killed under load',
    text: [
      'Each is killed (`kill -9`) under the load above again and again and started over what it left. What was answered 200 is looked for in ClickHouse by SQL.',
    ],
    head: ['intake', 'kills', 'answered 200', 'lost', 'rows twice'],
    rows,
    unfair: [
      'A killed process leaves what the kernel had of its writes: what a power cut does to either is not shown here.',
      'The Collector promises at least once: a row twice is no fault of it.',
    ],
    failed,
  };
}

function ourSide(clickhouse: ClickHouse, host: string): Side {
  const folder = temporaryFolder();
  return {
    name: 'this server',
    rows: `SELECT client_name AS name FROM fsp.state_messages WHERE fsp_server = '${host}'`,
    async start() {
      const server = await startServer(folder.path, {
        ...clickhouse.settings(),
        FSP_SERVER_NAME: host,
        // So that the throttle holds nothing back.
        FSP_THROTTLE_MESSAGES: '100000',
        FSP_THROTTLE_INTERVAL: '60',
      });
      return {
        pid: server.pid,
        url: `${server.intake}/SMS_FSP/.sms_fsp`,
        type: 'text/xml',
        wrap: (body) => body,
        end: (signal) => server.kill(signal),
      };
    },
    remove() {
      folder.remove();
    },
  };
}

async function theirSide(clickhouse: ClickHouse, table: string): Promise<Side> {
  const folder = temporaryFolder();
  const port = String(await freePort());
  return {
    name: 'Collector, queue on disk',
    // The exporter writes bytes in base64, and these are UTF-16.
    rows: `SELECT extract(replaceAll(tryBase64Decode(Body), char(0), ''), '<NetBIOSName>([^<]*)') AS name FROM fsp.${table}`,
    async start() {
      const collector = await startCollector(['clickhouse', 'intake'], {
        ...exporting(clickhouse, table, join(folder.path, 'storage')),
        INTAKE_PORT: port,
      });
      return {
        pid: collector.pid,
        url: `http://127.0.0.1:${port}/v1/logs`,
        type: 'application/x-protobuf',
        wrap: asOtlp,
        end: (signal) => collector.end(signal),
      };
    },
    remove() {
      folder.remove();
    },
  };
}

async function oneRound(clickhouse: ClickHouse, side: Side, round: string, seconds: number) {
  const intake = await side.start();
  try {
    await load(intake, `${round}warm`, 0.5);
    await settled(clickhouse, side);
    const before = await clickhouse.number(`SELECT count() FROM (${side.rows})`);
    const stop = measure(intake.pid);
    const made = await load(intake, round, seconds);
    await until(
      `What ${side.name} took are rows`,
      async () => (await clickhouse.number(`SELECT count() FROM (${side.rows})`)) >= before + made.taken.length,
      { withinMs: 300_000, everyMs: 250 },
    );
    return { load: made, cost: stop() };
  } finally {
    await intake.end('SIGTERM');
  }
}

/** Waits until no more rows come. */
function settled(clickhouse: ClickHouse, side: Side): Promise<void> {
  return untilSteady(`No more rows come from ${side.name}`, () =>
    clickhouse.number(`SELECT count() FROM (${side.rows})`),
  );
}

/** Posts for some seconds, or until nobody listens any more. */
async function load(intake: Intake, run: string, seconds: number): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const begun = performance.now();
  const end = begun + seconds * 1_000;
  const made: Load = { taken: [], latencies: [], refused: 0, seconds: 0 };
  let gone = false;
  const client = async (number: number) => {
    for (let serial = 0; !gone && performance.now() < end; serial++) {
      const name = `${run}C${number}N${serial}`.toUpperCase();
      const report = Buffer.from(template.replace(/<NetBIOSName>[^<]*/, `<NetBIOSName>${name}`), 'utf16le');
      const asked = performance.now();
      const status = await post(agent, intake, intake.wrap(report)).catch(() => null);
      if (status === 200) {
        made.taken.push(name);
        made.latencies.push(performance.now() - asked);
      } else if (status === null) gone = true;
      else made.refused++;
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, number) => client(number)));
  agent.destroy();
  made.seconds = (performance.now() - begun) / 1_000;
  return made;
}

function post(agent: Agent, { url, type }: Intake, body: Buffer): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-length': body.length, 'content-type': type };
    const call = request(url, { agent, method: 'POST', headers }, (answer) => {
      answer.resume().on('end', () => {
        resolve(answer.statusCode);
      });
      answer.on('error', reject);
    });
    call.on('error', reject).end(body);
  });
}

/** A request of OpenTelemetry's protocol with one log record, whose body is these bytes (opentelemetry-proto, logs/v1). */
function asOtlp(report: Buffer): Buffer {
  // resource_logs, scope_logs, log_records, body, bytes_value: from the inside.
  return [7, 5, 2, 2, 1].reduce(
    (inside, field) => Buffer.concat([Buffer.from([(field << 3) | 2, ...varint(inside.length)]), inside]),
    report,
  );
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
