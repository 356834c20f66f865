import { expect, onTestFinished, test } from 'vitest';
import { checkServer, connect } from '../../server/src/clickhouse/client.js';
import { migrate } from '../../server/src/clickhouse/migrate.js';
import type { Fault } from '../fault-proxy.js';
import { database } from '../shared-engine.js';
import { faultyWay } from './faulty-way.js';

const way = faultyWay();

test.each<Fault>(['page', 'empty', 'exception'])(
  'a schema that is made while this answers every other request is whole: %s',
  async (fault) => {
    await way.writer.command({ query: `TRUNCATE TABLE ${database}.schema_migrations` });
    let requests = 0;
    let attempts = 0;
    way.proxy.decide = () => (++requests % 7 === 0 ? fault : 'pass');
    // A table may take its time on a machine that is busy, and silence is none of these faults.
    const patient = connect({ url: way.proxy.url, ...way.engine.writer, database: 'default', silenceMs: 60_000 });
    onTestFinished(() => patient.close());
    for (; attempts < 60; attempts++) {
      try {
        await migrate(patient, { database, receiver: 'FSP01' });
        break;
      } catch (error) {
        expect((error as Error).message).toContain("Something answered in ClickHouse's place");
      }
    }
    expect(way.proxy.done.length).toBeGreaterThan(0);
    way.proxy.decide = () => fault;
    await expect(checkServer(way.viaProxy)).rejects.toThrow("Something answered in ClickHouse's place");
  },
);
