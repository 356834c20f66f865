// What the alert rules say of clients whose truth is known, over hours and days that a test cannot wait for.
import { expect, test } from 'vitest';
import { day, hour, many, minute, rules, storedAlerts, type Labels } from './stored-alerts.js';
import type { Told } from './stored-messages.js';

const { firing, insert, instances, sign, store } = storedAlerts();

const number = (index: number) => String(index).padStart(3, '0');
/** A client that is installed has an id; another has none. */
const id = (index: number) => `0A1B2C3D-0000-4000-8000-${String(index).padStart(12, '0')}`;

test('many that are cut off are one alert, whose labels stay as they are while its clients say it again and again', async () => {
  const now = Date.now();
  // Each says it every 50 minutes, no two in the same minute.
  const told = many(50, (index) =>
    many(5, (time) => ({
      name: `CO${number(index)}`,
      id: id(index),
      topic: 1000,
      state: 2,
      params: ['0x80072EFD'],
      at: now - 4 * hour + index * minute + time * 50 * minute,
    })),
  ).flat();
  const seen: Labels[] = [];
  let stored = 0;
  for (const ago of [30 * minute, 20 * minute, 10 * minute, 0]) {
    await store(told.filter(({ at }) => at > stored && at <= now - ago));
    stored = now - ago;
    const found = await firing('fsp-cut-off', -ago);
    expect(found.map(({ value }) => value)).toEqual([50]);
    seen.push(found[0]!.labels);
  }
  expect(seen[0]!.machines).toMatch(/^CO\d+, CO\d+, CO\d+$/);
  expect(seen[0]!.advice).toMatch(/\w{4}/);
  for (const labels of seen) expect(labels).toEqual(seen[0]);
});

test('who is cut off for less than five minutes is not counted yet', async () => {
  const now = Date.now();
  const cutOff = (index: number, at: number): Told => ({
    name: `CO${index}`,
    id: id(index),
    topic: 1000,
    state: 2,
    at,
  });
  await store(many(19, (index) => cutOff(index, now - 10 * minute)));
  await store(many(10, (index) => cutOff(50 + index, now - 2 * minute)));
  expect(await firing('fsp-cut-off')).toEqual([]);
  expect((await firing('fsp-cut-off', 4 * minute)).map(({ value }) => value)).toEqual([29]);
  // Who says it every minute is cut off all the longer.
  await store(many(19, (index) => cutOff(index, now - 1 * minute)));
  await store(many(1, (index) => cutOff(100 + index, now - 10 * minute)));
  expect((await firing('fsp-cut-off')).map(({ value }) => value)).toEqual([20]);
});

test('clients that are stuck are so as long as nothing else is heard of them, for a quarter of a year', async () => {
  const now = Date.now();
  await store(many(30, (index) => ({ name: `STUCK${index}`, state: 100, at: now - 12 * day })));
  await store(many(60, (index) => ({ name: `WELL${index}`, id: id(index), state: 400, at: now - 2 * day })));
  expect((await firing('fsp-stuck-clients')).map(({ value }) => value)).toEqual([30]);
  expect((await firing('fsp-stuck-clients', 70 * day)).map(({ value }) => value)).toEqual([30]);
  expect(await firing('fsp-stuck-clients', 80 * day)).toEqual([]);
});

test('a tenth of the clients is enough to be told as stuck, and less is not', async () => {
  const now = Date.now();
  await store(many(10, (index) => ({ name: `STUCK${index}`, state: 100, at: now - 2 * day })));
  await store(many(90, (index) => ({ name: `WELL${index}`, id: id(index), state: 400, at: now - 2 * day })));
  expect((await firing('fsp-stuck-clients')).map(({ value }) => value)).toEqual([10]);
  await store([{ name: 'WELL90', id: id(90), state: 400, at: now - 2 * day }]);
  expect(await firing('fsp-stuck-clients')).toEqual([]);
});

test('a share of failed installations is of installations that ended: not of assignments, and also with a restart to come', async () => {
  const at = Date.now() - hour;
  const rate = async () => (await instances('fsp-failure-rate')).map(({ labels, value }) => [labels.site_code, value]);
  await store(many(300, (index) => ({ name: `RE${index}`, id: id(index), state: index % 2 ? 401 : 402, at })));
  await store(many(20, (index) => ({ name: `BAD${index}`, state: 313, params: ['1603'], at })));
  const assigned = { site: 'PS2', at };
  await store(many(25, (index) => ({ name: `AS${index}`, id: id(1_000 + index), state: 400, ...assigned })));
  await store(
    many(25, (index) => ({ name: `AS${index}`, id: id(1_000 + index), state: 603, ...assigned, at: at + minute })),
  );
  expect(await rate()).toEqual([['PS1', 20 / 320]]);
  await store(many(100, (index) => ({ name: `RE${index}`, id: id(index), state: 313, at: at + minute })));
  expect(await rate()).toEqual([['PS1', 120 / 320]]);
  expect(await firing('fsp-failure-rate')).toHaveLength(1);
});

test('where messages wait and failures overtake them, the share is that of what came before the oldest that waits', async () => {
  const now = Date.now();
  // 150 and 20 in two hours, of which the throttle has let pass all failures and the first 60 others.
  const others = many(150, (index) => ({
    name: `OK${index}`,
    id: id(index),
    state: 400,
    at: now - 2 * hour + index * 48_000,
  }));
  const failures = many(20, (index) => ({ name: `BAD${index}`, state: 313, at: now - 2 * hour + index * 6 * minute }));
  await store([...others.slice(0, 60), ...failures]);
  await sign('FSP01', now - minute, { waiting: 90, oldest_waiting_at: others[60]!.at });
  expect(await firing('fsp-failure-rate')).toEqual([]);
  await store(many(30, (index) => ({ name: `WORSE${index}`, state: 313, at: now - 2 * hour + index * minute })));
  expect((await firing('fsp-failure-rate')).map(({ value }) => value)).toEqual([38 / 98]);
  // Elsewhere nothing waits.
  await store(
    many(20, (index) => ({ name: `FAR${index}`, state: 313, at: now - minute, site: 'PS2', receiver: 'FSP02' })),
  );
  expect((await firing('fsp-failure-rate')).map(({ labels }) => labels.site_code).sort()).toEqual(['PS1', 'PS2']);
});

const failed = (name: string, at: number, given: Partial<Told> = {}): Told => ({
  name,
  state: 313,
  params: ['1603'],
  at,
  ...given,
});

test('old reports that are imported are history: no burst, nobody cut off anew, nothing late, no sign of life, and no first time', async () => {
  const now = Date.now();
  const imported = now - 10 * minute;
  await store(many(5, (one) => failed(`EVER${one}`, now - 40 * day)));
  await store(many(30, (one) => failed(`OLD${one}`, now - 3 * day, { state: 320, params: [], imported })));
  await store(many(30, (one) => failed(`OFF${one}`, now - 3 * day, { topic: 1000, state: 2, imported })));
  await sign('FSP01', now - 3 * day, {});
  await sign('FSP01', now, {});
  const raised = ['fsp-failure-burst', 'fsp-new-failure', 'fsp-cut-off', 'fsp-failures-late'];
  for (const rule of raised) expect(await firing(rule), rule).toEqual([]);
  expect((await firing('fsp-silence')).map(({ labels }) => labels.fsp_server)).toEqual(['FSP01']);
  // What was imported is known of all the same: told again by clients themselves, it is not new.
  await store(many(5, (one) => failed(`AGAIN${one}`, now - 5 * minute, { state: 320, params: [] })));
  expect(await firing('fsp-new-failure')).toEqual([]);
});

test('what fails as often as ever is no burst, whoever it is, and many more than ever are', async () => {
  const now = Date.now();
  // The same thirty every 20 minutes for a day and more, and in another site others each half hour.
  await store(many(80, (time) => many(30, (one) => failed(`SAME${one}`, now - minute - time * 20 * minute))).flat());
  await store(
    many(50, (time) =>
      many(26, (one) => failed(`OTHER${time}X${one}`, now - minute - time * 30 * minute, { site: 'PS2' })),
    ).flat(),
  );
  expect(await firing('fsp-failure-burst')).toEqual([]);
  await store(many(130, (one) => failed(`NEW${one}`, now - 10 * minute)));
  expect((await firing('fsp-failure-burst')).map(({ value, labels }) => [value, labels.site_code])).toEqual([
    [160, 'PS1'],
  ]);
  // Those of a minute ago alone are no more than ever.
  expect(await firing('fsp-failure-burst', 21 * minute)).toEqual([]);
});

test('a burst is one alert while it lasts, names machines of its own, and no address that others have not', async () => {
  const now = Date.now();
  await store(
    many(48, (time) => failed(`EVER${time}`, now - time * 30 * minute, { state: 308, params: ['http://dp0/ccm'] })),
  );
  await store(
    many(60, (one) =>
      failed(`BURST${one}`, now - 20 * minute + one * 20_000, {
        state: 308,
        params: [`http://dp${one}/ccm`],
        address: `10.9.9.${one}`,
      }),
    ),
  );
  const seen = [];
  for (const later of [0, 5, 8]) seen.push(...(await firing('fsp-failure-burst', later * minute)));
  for (const { labels } of seen) expect(labels).toEqual(seen[0]!.labels);
  expect(seen).toHaveLength(3);
  expect(seen[0]!.labels).toMatchObject({
    cause: '800/308/',
    error_code: '',
    state_text: 'Failed to download the file over WINHTTP at address …',
    suspects: 'name BURST, subnet 10.9.9.0/24',
  });
  expect(seen[0]!.labels.machines).toMatch(/^BURST\d+, BURST\d+, BURST\d+$/);
});

test('what sets the clients of a burst apart is told in one order, whichever of it sets them apart more', async () => {
  const at = Date.now() - 10 * minute;
  const well = (name: string, index: number, address: string): Told => ({
    name,
    id: id(index),
    state: 400,
    at,
    address,
  });
  await store(many(30, (one) => failed(`BAD${one}`, at, { address: '10.9.9.1' })));
  await store(many(40, (one) => well(`WELL${one}`, one, `10.1.${one}.1`)));
  const suspects = async () => (await firing('fsp-failure-burst')).map(({ labels }) => labels.suspects);
  await store(many(9, (one) => well(`BAD${100 + one}`, 100 + one, `10.2.${one}.1`)));
  expect(await suspects()).toEqual(['name BAD, subnet 10.9.9.0/24']);
  await store(many(14, (one) => well(`X${one}`, 200 + one, '10.9.9.1')));
  expect(await suspects()).toEqual(['name BAD, subnet 10.9.9.0/24']);
});

test('an alert tells an error once, and none where there is none', async () => {
  const at = Date.now() - 10 * minute;
  await store(many(30, (one) => failed(`MSI${one}`, at)));
  await store(many(30, (one) => failed(`DP${one}`, at, { state: 308, params: ['http://dp1/ccm', '0x80072EE7'] })));
  await store(many(30, (one) => failed(`NONE${one}`, at, { state: 308, params: ['http://dp1/ccm'] })));
  const told = [
    'Client.msi installation failed with MSI error 1603',
    'Failed to download the file over WINHTTP at address http://dp1/ccm',
    'Failed to download the file over WINHTTP at address http://dp1/ccm, error 0x80072EE7',
  ];
  const texts = async (uid: string) => (await instances(uid)).map(({ labels }) => labels.state_text).sort();
  expect(await texts('fsp-failure-burst')).toEqual(told);
  // A fleet that is older than a day.
  await store([{ name: 'OLD', state: 100, at: at - 2 * day }]);
  expect(await texts('fsp-new-failure')).toEqual(told);
  for (const uid of ['fsp-failure-burst', 'fsp-new-failure'])
    expect(rules.get(uid)!.annotations.summary).toMatch(/: {{ \$labels.state_text }}$/);
});

test('a failure that is new stays one alert as it reaches further machines and sites', async () => {
  const now = Date.now();
  const begin = now - hour;
  await store([{ name: 'OLD', state: 100, at: now - 2 * day }]);
  await store(many(5, (one) => failed(`Z${one}`, begin + one * minute, { state: 308, params: ['http://dp1/ccm'] })));
  await store(many(2, (one) => failed(`Y${one}`, begin + one * minute, { state: 308, params: ['http://dp2/ccm'] })));
  const [first] = await firing('fsp-new-failure');
  await store(
    many(9, (one) => failed(`A${one}`, begin + 10 * minute, { state: 308, params: ['http://a/ccm'], site: 'AS1' })),
  );
  const [later] = await firing('fsp-new-failure');
  const text = 'Failed to download the file over WINHTTP at address …';
  for (const { labels } of [first!, later!])
    expect(labels).toMatchObject({ site_code: 'PS1', machines: 'Y0, Z0, Y1', state_text: text });
  expect([first!.value, later!.value]).toEqual([7, 16]);
});

test('a set-up of the role that failed is told once, by both its logs and in whole letters, until one succeeds; that of a client is none', async () => {
  const run = (run_id: string, given: Record<string, string | number>) => ({
    run_id,
    installation_id: 'A',
    host_name: 'FSP01',
    log_file: 'C:\\SMS\\logs\\fspMSI.log',
    log_format: 'msi',
    action: 'install',
    verdict: 'failed',
    product_name: 'ConfigMgr Fallback Status Point',
    started_at: Date.now() - hour,
    updated_at: Date.now(),
    ...given,
  });
  const cause = `${'x'.repeat(199)}é and more`;
  const ofClient = { installation_id: 'B', host_name: 'PC1', cause: 'no WMI' };
  await insert('setup_run_updates', [
    run('a1', { cause: 'Action failed' }),
    run('a2', { log_file: 'SMSFSPSetup.log', log_format: 'role_setup', product_name: 'SMSFSP', cause }),
    run('b1', { ...ofClient, log_file: 'C:\\Windows\\ccmsetup\\Logs\\ccmsetup.log', log_format: 'ccm' }),
    run('b2', { ...ofClient, log_file: 'C:\\Windows\\ccmsetup\\Logs\\client.msi.log' }),
    run('b3', { ...ofClient, product_name: 'Configuration Manager Client' }),
    run('c1', {
      installation_id: 'C',
      log_file: 'C:\\Temp\\app.log',
      product_name: 'Another Product',
      cause: 'no disk',
    }),
    run('d1', {
      installation_id: 'D',
      log_file: 'C:\\SMS\\logs\\sqlncliMSI.log',
      product_name: 'Microsoft SQL Server 2012 Native Client',
      cause: 'no right',
    }),
  ]);
  expect((await firing('fsp-setup-failed')).map(({ labels, value }) => [labels, value])).toEqual([
    [{ host_name: 'FSP01', action: 'install', cause: 'no right' }, 1],
    [{ host_name: 'FSP01', action: 'install', cause: `${'x'.repeat(199)}é` }, 1],
  ]); // Nothing that came before, that is unfinished, or that is of another role or machine ends it.
  const setUp = (run_id: string, hoursAgo: number, given: Record<string, string>) =>
    run(run_id, {
      installation_id: run_id,
      log_file: 'C:\\SMS\\logs\\fspMSI.lo_',
      started_at: Date.now() - hoursAgo * hour,
      verdict: 'succeeded',
      cause: '',
      ...given,
    });
  const told = async () => (await firing('fsp-setup-failed')).map(({ labels }) => labels.cause);
  await insert('setup_run_updates', [
    setUp('e1', 2, {}),
    setUp('e2', 0.5, { verdict: 'unfinished' }),
    setUp('e3', 0.5, { log_file: 'C:\\SMS\\logs\\mpMSI.log', product_name: 'ConfigMgr Management Point' }),
    setUp('e4', 0.5, { host_name: 'FSP02' }),
  ]);
  expect(await told()).toEqual(['no right', `${'x'.repeat(199)}é`]);
  await insert('setup_run_updates', [setUp('e5', 0.4, { verdict: 'reboot_pending' })]);
  expect(await told()).toEqual(['no right']);
  await insert('setup_run_updates', [setUp('e6', 0.3, { verdict: 'failed', cause: 'again' })]);
  expect(await told()).toEqual(['again', 'no right']);
});
