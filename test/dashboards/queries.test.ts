import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environment, fsp } from '../server-process.js';
import { startFleet, syntheticLogs, type Fleet } from './fleet.js';

const folder = fileURLToPath(new URL('../../dashboards/queries', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.sql'));
let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet();
  await fleet.simulate(120, 0.6, 5);
  await fleet.importLogs(syntheticLogs);
  await fleet.server.post('rubbish');
  await fleet.post([
    { client: 'PC1', topicType: 1000, state: 2, params: ['0x80072EFD'] },
    { client: 'PC2', state: 100 },
  ]);
});
afterAll(() => fleet.close());

test('there are the sixteen questions, each said in its first line and listed', () => {
  expect(files).toHaveLength(16);
  const list = readFileSync(join(folder, 'README.md'), 'utf8');
  for (const name of files) {
    const question = /^-- (.+\?)\n-- .+\n/.exec(readFileSync(join(folder, name), 'utf8'))?.[1];
    expect(question, name).toBeDefined();
    expect(list).toContain(name);
    expect(list).toContain(question);
  }
});

test.each(files)('%s counts clients and not names', (name) => {
  expect(readFileSync(join(folder, name), 'utf8')).not.toMatch(/uniq\w*\(\w*client_name|GROUP BY client_name/);
});

test.each(files)('%s answers on a fleet', async (name) => {
  const { data } = await fleet.ask(readFileSync(join(folder, name), 'utf8'));
  expect(data.length).toBeGreaterThan(0);
});

test('what failing clients have in common is found, with both shares', async () => {
  await fleet.post(
    ['KIOSK1', 'KIOSK2', 'KIOSK3', 'KIOSK4'].map((client) => ({ client, state: 313, params: ['1603'] })),
  );
  const { data } = await fleet.ask(readFileSync(join(folder, 'what-do-they-have-in-common.sql'), 'utf8'));
  const [failed] = (await fleet.ask(`SELECT count() AS n FROM clients WHERE outcome = 'failed'`)).data;
  const kiosks = data.find(({ value }) => value === 'KIOSK');
  expect(kiosks).toMatchObject({ property: 'beginning of the name', percent_of_others: 0 });
  expect(Number(kiosks?.failed_clients)).toBe(4);
  expect(Math.abs(Number(kiosks?.percent_of_failed) - 400 / Number(failed?.n))).toBeLessThan(0.6);
});

test('fsp query -f runs them as they are', async () => {
  const result = await fsp(['query', '-f', join(folder, 'where-do-we-stand.sql')], environment(fleet.dataDir));
  expect(result.code, result.stderr).toBe(0);
  expect(result.stdout).toMatch(/^outcome\tclients\tpercent\n/);
});
