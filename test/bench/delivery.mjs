// Delivery (from the spool to rows in ClickHouse, each once) against inserting the same rows, made into text beforehand,
// into the same tables with the same settings and in the same batches. Roll-ups are in both.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { describeMessage } from '../../server/dist/catalog/describe.js';
import { connect } from '../../server/dist/clickhouse/client.js';
import { startEngine } from '../../server/dist/clickhouse/engine.js';
import { migrate } from '../../server/dist/clickhouse/migrate.js';
import { createDelivery } from '../../server/dist/delivery/delivery.js';
import { createClickHouseSink } from '../../server/dist/sinks/clickhouse.js';
import { rowOf, rowText } from '../../server/dist/sinks/clickhouse-rows.js';
import { keyed } from '../../server/dist/sinks/counted-once.js';
import { median, processorMs, told } from './processes.mjs';
import { entriesNamed, filledSpool, window } from './spools.mjs';

const context = { siteCode: 'PS1', serverName: 'FSP01', describe: ({ message }) => describeMessage(message) };

/** Rows of the results. */
export async function benchDelivery({ rounds, messages }) {
  const folder = mkdtempSync(join(tmpdir(), 'fsp-bench-'));
  const engine = await startEngine({ dataDir: join(folder, 'clickhouse'), port: 0, database: 'fsp' });
  const client = connect({ url: engine.url, ...engine.writer, database: 'default' });
  try {
    await migrate(client, { database: 'fsp' });
    const tried = { delivered: [], inserted: [] };
    for (let round = 0; round < rounds; round++) {
      const spool = await filledSpool(join(folder, `spool-${round}`), `D${round}N`, messages, ['clickhouse']);
      while ((await spool.admit(5_000, 'arrival', () => window)) > 0);
      const sizes = [];
      tried.delivered.push(await measured(engine, messages, () => deliver(spool, client, sizes)));
      await spool.close();
      const texts = batchesOf(`I${round}N`, sizes);
      tried.inserted.push(await measured(engine, messages, () => insert(engine, texts)));
    }
    return rowsOf(tried);
  } finally {
    await client.close();
    await engine.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function deliver(spool, client, sizes) {
  const sink = createClickHouseSink({
    client,
    database: 'fsp',
    alone: true,
    ...context,
  });
  const delivery = createDelivery({
    spool,
    sink,
    setAside: () => Promise.reject(new Error('nothing is refused here')),
    logger: { info() {}, warn: console.error },
    onDelivered: ({ entries }) => sizes.push(entries.length),
    // What a batch waits for more of is no part of how fast it goes.
    limits: { lingerMs: 0 },
  });
  const through = new Promise((resolve) => {
    const look = setInterval(() => {
      if (spool.sinks.lag('clickhouse') > 0) return;
      clearInterval(look);
      resolve();
    }, 5);
  });
  delivery.start();
  await through;
  await delivery.stop();
}

/** The rows of as many batches, of as many messages each, as text. */
function batchesOf(prefix, sizes) {
  let number = 0;
  return sizes.map((size, batch) => {
    const batchId = `${prefix}${batch}`.padStart(32, '0');
    const tables = { state_messages: [], message_keys: [] };
    for (let place = 0; place < size; place++) {
      const [entry] = entriesNamed(`${prefix}${number++}`);
      const { row } = rowOf(entry, place, { ...context, batchId, processedAt: Date.now() });
      tables.state_messages.push(rowText(row));
      tables.message_keys.push(JSON.stringify(keyed(entry, place).key));
    }
    return Object.entries(tables).map(([table, rows]) => ({ table, body: Buffer.from(rows.join('\n')) }));
  });
}

const settings = {
  wait_end_of_query: '1',
  async_insert: '0',
  max_insert_block_size: '1000000',
  min_insert_block_size_rows: '1000000',
  min_insert_block_size_bytes: '0',
  input_format_parallel_parsing: '0',
};

async function insert({ url, writer }, batches) {
  const authorization = `Basic ${Buffer.from(`${writer.username}:${writer.password}`).toString('base64')}`;
  for (const tables of batches)
    for (const { table, body } of tables) {
      const query = `INSERT INTO fsp.${table} FORMAT JSONEachRow`;
      const address = new URL(url);
      for (const [name, value] of Object.entries({ ...settings, query })) address.searchParams.set(name, value);
      const answer = await fetch(address, { method: 'POST', headers: { authorization }, body });
      const text = await answer.text();
      if (!answer.ok) throw new Error(text.slice(0, 500));
    }
}

async function measured(engine, messages, work) {
  const engineBefore = processorMs(engine.pid());
  const before = process.cpuUsage();
  const begun = performance.now();
  await work();
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(before);
  return {
    perSecond: messages / seconds,
    own: (user + system) / messages,
    engine: ((processorMs(engine.pid()) - engineBefore) * 1000) / messages,
  };
}

function rowsOf({ delivered, inserted }) {
  const figures = (tries, name) => tries.map((one) => one[name]);
  const all = (tries) => tries.map(({ own, engine }) => own + engine);
  return [
    {
      key: 'delivery.rate',
      what: 'delivery from the spool to ClickHouse, messages a second',
      measured: told(figures(delivered, 'perSecond')),
      against: `${told(figures(inserted, 'perSecond'))} of the same rows as text into the same tables`,
      ratio: median(figures(delivered, 'perSecond')) / median(figures(inserted, 'perSecond')),
      target: '≥ 0.8',
    },
    {
      key: 'delivery.processor',
      what: 'delivery, processor for a message of this process and of the engine, µs',
      measured: `${told(figures(delivered, 'own'), 1)} and ${told(figures(delivered, 'engine'), 1)}`,
      against: `${told(figures(inserted, 'own'), 1)} and ${told(figures(inserted, 'engine'), 1)}`,
      ratio: median(all(inserted)) / median(all(delivered)),
      target: '',
    },
  ];
}
