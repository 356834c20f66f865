// One log that grows and is rotated as Configuration Manager does it, followed by both sides at once while both are
// killed again and again: what of it is in ClickHouse in the end.
import { appendFileSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from '../server-process.js';
import type { ClickHouse } from './clickhouse.js';
import { exporting, startCollector } from './collector.js';
import type { Strength } from './peers.js';
import { untilSteady, temporaryFolder } from './processes.js';
import type { Section } from './results.js';

interface Scenario {
  what: string;
  seconds: number;
  recordsPerSecond: number;
  /** Bytes after which the log is renamed to .lo_, over the one before. */
  rotateAt: number;
  /** Seconds between two kills; 0 for none. */
  killEvery: number;
}

const scenarios: readonly Scenario[] = [
  { what: 'rotation alone, every 2 to 3 s', seconds: 30, recordsPerSecond: 400, rotateAt: 250_000, killEvery: 0 },
  {
    what: 'rotation every 11 s, kill -9 every 8 s',
    seconds: 90,
    recordsPerSecond: 400,
    rotateAt: 1_000_000,
    killEvery: 8,
  },
];

interface Side {
  name: string;
  start(): Promise<{ end(signal: NodeJS.Signals): Promise<void> }>;
  /** One row a record, its number as `serial`. */
  rows: string;
}

export async function compareLosses(clickhouse: ClickHouse, { quick }: Strength): Promise<Section> {
  const rows: string[][] = [];
  let failed = false;
  for (const [index, given] of scenarios.entries()) {
    const scenario = quick ? { ...given, seconds: 12 } : given;
    const folder = temporaryFolder();
    const logs = join(folder.path, 'logs');
    mkdirSync(logs);
    const sides = [
      ourSide(clickhouse, `LOSSES${index}`, folder.path, logs),
      theirSide(clickhouse, `collector_losses${index}`, folder.path, logs),
    ];
    try {
      const { written, rotations, kills } = await play(scenario, sides, logs, clickhouse.number);
      for (const side of sides) {
        const [found] = await clickhouse.rows<{ known: string; rows: string }>(
          `SELECT uniqExact(serial) AS known, count() AS rows FROM (${side.rows}) WHERE serial > 0`,
        );
        const known = Number(found?.known ?? 0);
        const lost = written - known;
        rows.push([
          scenario.what,
          side.name,
          String(rotations),
          String(kills),
          String(written),
          String(lost),
          String(Number(found?.rows ?? 0) - known),
        ]);
        failed ||= side.name === 'this server' && lost > 0;
      }
    } finally {
      folder.remove();
    }
  }
  return {
    title: 'A log that is followed, rotated, and followers that are killed',
    text: [
      'Numbered records in CMTrace’s format are appended at 400 a second; at its size the log is renamed to `.lo_`, over the one before, ' +
        'and begun anew. Both sides follow the same files at the same time, into the same ClickHouse, and are started again at once after each `kill -9`.',
    ],
    head: ['what happens', 'follower', 'rotations', 'kills', 'records written', 'lost', 'rows twice'],
    rows,
    unfair: [
      'The Collector starts in a fraction of a second and ours in some; both have to be back before a second rotation overwrites what they have not read, and here they are.',
      'The Collector’s positions and its queue are on disk, each write flushed; with its defaults (positions in memory) it would read everything again or miss what came while it was away.',
      'The Collector promises at least once: a row twice is no fault of it.',
    ],
    failed,
  };
}

function ourSide(clickhouse: ClickHouse, host: string, folder: string, logs: string): Side {
  return {
    name: 'this server',
    rows: `SELECT toUInt32OrZero(extract(message, 'number (\\\\d+)')) AS serial FROM fsp.setup_log_records WHERE host_name = '${host}'`,
    async start() {
      const server = await startServer(join(folder, 'data'), {
        ...clickhouse.settings(),
        FSP_SERVER_NAME: host,
        FSP_SETUP_LOGS: join(logs, 'ccmexec.log'),
      });
      return { end: (signal) => server.kill(signal) };
    },
  };
}

function theirSide(clickhouse: ClickHouse, table: string, folder: string, logs: string): Side {
  return {
    name: 'Collector, queue on disk',
    rows: `SELECT toUInt32OrZero(extract(Body, 'number (\\\\d+)')) AS serial FROM fsp.${table}`,
    start: () =>
      startCollector(['clickhouse', 'filelog-ccm'], {
        ...exporting(clickhouse, table, join(folder, 'storage')),
        LOGS: logs,
      }),
  };
}

async function play(scenario: Scenario, sides: readonly Side[], logs: string, count: (sql: string) => Promise<number>) {
  const log = new GrowingLog(join(logs, 'ccmexec.log'), scenario);
  let running = await Promise.all(sides.map((side) => side.start()));
  log.start();
  let kills = 0;
  const end = performance.now() + scenario.seconds * 1_000;
  try {
    while (performance.now() < end) {
      const pause = scenario.killEvery === 0 ? scenario.seconds : scenario.killEvery;
      await new Promise((resolve) => setTimeout(resolve, Math.min(pause * 1_000, end - performance.now())));
      if (scenario.killEvery === 0 || performance.now() >= end) break;
      kills++;
      running = await Promise.all(
        sides.map(async (side, index) => {
          await running[index]!.end('SIGKILL');
          return side.start();
        }),
      );
    }
    log.stop();
    for (const { name, rows } of sides)
      await untilSteady(`No more rows come from ${name}`, () => count(`SELECT count() FROM (${rows})`), {
        quietMs: 10_000,
      });
  } finally {
    log.stop();
    await Promise.all(running.map((one) => one.end('SIGTERM')));
  }
  return { written: log.written, rotations: log.rotations, kills };
}

class GrowingLog {
  written = 0;
  rotations = 0;
  private size = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly path: string,
    private readonly scenario: Scenario,
  ) {}

  start(): void {
    const perTick = this.scenario.recordsPerSecond / 20;
    this.timer = setInterval(() => {
      this.append(perTick);
    }, 50);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  private append(count: number): void {
    if (this.size >= this.scenario.rotateAt) {
      renameSync(this.path, this.path.replace(/\.log$/, '.lo_'));
      this.size = 0;
      this.rotations++;
    }
    let text = '';
    for (let left = count; left > 0; left--) {
      const n = ++this.written;
      const [date = '', time = ''] = new Date().toISOString().slice(0, 23).split('T');
      const [year, month, day] = date.split('-');
      text += `<![LOG[Message number ${n} was taken from the queue of the endpoint PolicyAgent_RequestAssignments and is handled now by its agent]LOG]!><time="${time}+000" date="${month}-${day}-${year}" component="CcmExec" context="" type="1" thread="${4_000 + (n % 40)}" file="queue.cpp:${100 + (n % 900)}">\r\n`;
    }
    appendFileSync(this.path, text);
    this.size += text.length;
  }
}
