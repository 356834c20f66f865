import type { ClickHouseClient } from '@clickhouse/client';
import { expect, test } from 'vitest';
import { forgetInClickHouse } from './in-clickhouse.js';
import { subjectOf } from './subject.js';

const lost = () => Promise.reject(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));

/** A fake of a ClickHouse with one table, whose connection is lost at a change: what it has taken by then is `taken`. */
function fake(mutations: string[], change: (query: string) => Promise<void>): ClickHouseClient {
  const answers: [string, () => unknown[]][] = [
    ['system.columns', () => [column('topic_name', 1), column('user_name', 0)]],
    ['system.databases', () => [{ engine: 'Atomic' }]],
    ['countIf', () => [{ removed: 1, blanked: 1 }]],
    ['system.mutations', () => mutations.map((mutation_id) => ({ mutation_id }))],
  ];
  return {
    query: ({ query }: { query: string }) =>
      Promise.resolve({ json: () => Promise.resolve(answers.find(([part]) => query.includes(part))![1]()) }),
    command: ({ query }: { query: string }) => change(query),
  } as unknown as ClickHouseClient;
}
const column = (name: string, key: 0 | 1) => ({ table: 'state_messages', name, type: 'String', key });
const forget = (client: ClickHouseClient) =>
  forgetInClickHouse(client, { database: 'fsp' }, subjectOf('user', 'CORP\\jdoe'), false);

test('a change whose connection is lost goes on where ClickHouse has taken it (a fake that loses the connection)', async () => {
  const mutations = ['0000000001'];
  const client = fake(mutations, (query) => {
    mutations.push(query);
    return lost();
  });
  await expect(forget(client)).resolves.toMatchObject({ unfinished: ['state_messages'] });
});

test('a change that never arrived does not go on, though another of the same table is fresh (a fake that loses the connection)', async () => {
  const mutations: string[] = [];
  const client = fake(mutations, (query) => {
    if (query.includes('UPDATE')) return lost();
    mutations.push(query);
    return Promise.resolve();
  });
  await expect(forget(client)).rejects.toMatchObject({ code: 'FSP_CLICKHOUSE_UNREACHABLE' });
});
