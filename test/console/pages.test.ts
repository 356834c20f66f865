// Every page of the console over the demonstration's data: what each must be, whatever it shows.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { childrenOf } from '../reliability/processes.js';
import { eventually, startServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';
import { appPath, visit, type Visitor } from './browser.js';
import { pagesOf } from './pages.js';
import { setStage, type Stage } from './stage.js';

const folder = testFolder();
const empty = testFolder();
let stage: Stage;
let failed = '';

const ask = <Row>(sql: string) => stage.server.query<Row>(sql);

beforeAll(async () => {
  stage = await setStage(folder, { FSP_SITE_CODE: 'PS1' }, ['--demo'], async (server) => {
    // ClickHouse ends while it is given the past, which is completed all the same.
    await eventually(
      () => server.query<{ n: string }>('SELECT count() AS n FROM state_messages').catch(() => []),
      ([row]) => Number(row?.n) > 0,
    );
    process.kill(childrenOf(server.pid)[0]!, 'SIGKILL');
    await eventually(
      () =>
        server.query<{ n: string }>('SELECT count() AS n FROM setup_runs WHERE ended_at IS NOT NULL').catch(() => []),
      ([row]) => Number(row?.n) >= 4,
      200_000,
    );
  });
  const sql = "SELECT client_name FROM clients WHERE outcome = 'failed' AND last_error_code != '' ORDER BY 1 LIMIT 1";
  failed = (await ask<{ client_name: string }>(sql))[0]!.client_name;
});

afterAll(() => stage?.close());

test('the demonstration has a past of days, a burst with one cause, a role with a history, set-ups, and a removed client', async () => {
  const [past] = await ask<{ days: string; doubled: string }>(
    'SELECT uniqExact(toDate(received_at)) AS days, count() - uniqExact(message_id) AS doubled FROM state_messages WHERE received_at < now() - INTERVAL 1 HOUR',
  );
  expect(Number(past?.days)).toBeGreaterThanOrEqual(5);
  expect(Number(past?.doubled)).toBe(0);
  const [burst] = await ask<{ error_code: string; clients: string; subnets: string }>(
    `SELECT error_code, uniqExact(client_name) AS clients, uniqExact(substring(client_address, 1, 5)) AS subnets
     FROM state_messages WHERE outcome = 'failed' AND client_address LIKE '10.20.%'
     GROUP BY error_code, toStartOfInterval(received_at, INTERVAL 3 HOUR) ORDER BY clients DESC LIMIT 1`,
  );
  expect(burst).toMatchObject({ error_code: '0x80072EE7' });
  expect(Number(burst?.clients)).toBeGreaterThanOrEqual(30);
  const verdicts = await ask<{ log_format: string; verdicts: string[] }>(
    // The runs of the role's own set-up: a client has brought its logs too.
    'SELECT log_format, groupArray(verdict) AS verdicts FROM (SELECT * FROM setup_runs WHERE host_name NOT IN (SELECT client_name FROM clients) ORDER BY started_at) GROUP BY log_format ORDER BY 1',
  );
  expect(verdicts).toEqual([
    { log_format: 'msi', verdicts: ['failed', 'succeeded'] },
    { log_format: 'role_setup', verdicts: ['failed', 'succeeded'] },
  ]);
  const roles = await ask<{ server: string; versions: string }>(
    'SELECT server, max(version) AS versions FROM role_configurations GROUP BY server ORDER BY server',
  );
  expect(roles.map(({ server, versions }) => [server, Number(versions)])).toEqual([
    ['FSP01', 3],
    ['FSPOLD', 2],
  ]);
  const [removed] = await ask<{ outcome: string }>(
    "SELECT outcome FROM clients WHERE client_name = 'PAR-PC99001' ORDER BY last_message_time DESC LIMIT 1",
  );
  expect(removed).toEqual({ outcome: 'failed' });
  const { throttle } = (await stage.server.status()) as { throttle: { messageLimit: number } };
  expect(throttle.messageLimit).toBe(100);
});

/** Words on a page that no data has, and that a value makes that was shown as what it is not. */
async function nonsenseOf({ page }: Visitor, name: string): Promise<string[]> {
  const text = await page.getByRole('main').innerText();
  return ['NaN', 'undefined', 'null', '1970', 'Invalid date', 'Infinity', '56 years']
    .filter((nonsense) => new RegExp(`\\b${nonsense}\\b`).test(text))
    .map((nonsense) => `${name}: says ${nonsense}`);
}

/** What must be so on any page, whatever it shows and however wide it is. */
async function problemsOf({ page, complaints }: Visitor, widths: readonly number[]): Promise<string[]> {
  const problems = [...complaints];
  for (const width of widths) {
    await page.setViewportSize({ width, height: width < 768 ? 844 : 900 });
    // Two frames: what is measured and laid out anew is drawn in the second.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    const wide = await page.evaluate(() => {
      interface Box {
        scrollWidth: number;
        clientWidth: number;
        textContent: string;
      }
      const { documentElement } = (
        globalThis as unknown as {
          document: { documentElement: Box & { querySelectorAll(selector: string): Iterable<Box> } };
        }
      ).document;
      const tables = [...documentElement.querySelectorAll('main [role="grid"]:not([aria-label])')];
      return {
        page: documentElement.scrollWidth - documentElement.clientWidth,
        tables: tables
          .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1)
          .map(
            ({ scrollWidth, clientWidth, textContent }) =>
              `${scrollWidth} of ${clientWidth}: ${textContent.slice(0, 80)}`,
          ),
      };
    });
    if (wide.page > 0) problems.push(`scrolls sideways by ${wide.page} at ${width}`);
    if (width >= 1440) problems.push(...wide.tables.map((table) => `a table is cut at ${width}: ${table}`));
  }
  return problems;
}

/** Colours that a board names are Grafana's own palette, whose green and orange are pale on its light theme. */
const isContrastOfGrafana = (objection: string, isLightBoard: boolean) =>
  isLightBoard && objection.startsWith('color-contrast');

const looks = [
  { theme: 'dark', language: 'en-US', width: 1440, others: [390, 1920] },
  { theme: 'light', language: 'fr-FR', width: 390, others: [1920, 1440] },
] as const;

// Beside each other: each has a browser's profile of its own, and waits for its pages half of the time.
for (const { theme, language, width, others } of looks)
  test.concurrent(
    `in ${theme} and ${language}, opened at ${width}, no page scrolls sideways at any width, cuts a table, complains, is nameless, or is objected to by axe`,
    async ({ onTestFinished }) => {
      const visitor = await visit(stage.browser, stage.server.management, stage.tokens.admin, 'Ada');
      const { page } = visitor;
      onTestFinished(() => page.context().close());
      await visitor.prefer(theme, language);
      const titles = new Map<string, string>();
      const problems: string[] = [];
      const pages = pagesOf(failed, language);
      for (const [name, path] of pages) {
        await page.setViewportSize({ width, height: width < 768 ? 844 : 900 });
        visitor.complaints.length = 0;
        await visitor.go(path);
        await visitor.photograph(`${name}-${theme}-${language}-${width}`);
        const isBoard = name.startsWith('dashboard-');
        const objections = (await visitor.accessibility()).filter(
          (one) => !isContrastOfGrafana(one, isBoard && theme === 'light'),
        );
        const found = [...objections, ...(await problemsOf(visitor, [width, ...others]))];
        problems.push(...found.map((one) => `${name}: ${one}`), ...(await nonsenseOf(visitor, name)));
        const title = await page.title();
        expect(title, name).toMatch(/^\S.+ – /);
        titles.set(name, title);
      }
      expect(problems).toEqual([]);
      expect(titles.get('overview')).toContain(language === 'fr-FR' ? 'Vue d' : 'Overview');
      expect(new Set(titles.values()).size).toBeGreaterThan(pages.length / 2);
    },
    480_000,
  );

test.concurrent(
  'before the first message every page is as it must be too, and says that there is nothing',
  async ({ onTestFinished }) => {
    const server = await startServer(empty, { FSP_SITE_CODE: 'PS1' });
    onTestFinished(async () => {
      await server.kill('SIGTERM');
    });
    const { admin: token } = JSON.parse(readFileSync(join(empty, 'tokens.json'), 'utf8')) as { admin: string };
    const visitor = await visit(stage.browser, server.management, token, 'Ada');
    onTestFinished(() => visitor.page.context().close());
    await visitor.prefer('light', 'en-US');
    const problems: string[] = [];
    for (const [name, path] of pagesOf('NOBODY')) {
      // There is no role yet whose pages could be opened.
      if (/^role-|^panel-role$/.test(name)) continue;
      await visitor.page.setViewportSize({ width: 390, height: 844 });
      visitor.complaints.length = 0;
      await visitor.go(path);
      await visitor.photograph(`empty-${name}`);
      const objections = (await visitor.accessibility()).filter(
        (one) => !isContrastOfGrafana(one, name.startsWith('dashboard-')),
      );
      const found = [...objections, ...(await problemsOf(visitor, [390, 1440]))];
      problems.push(...found.map((one) => `${name}: ${one}`));
      problems.push(...(await nonsenseOf(visitor, name)));
    }
    expect(problems).toEqual([]);
  },
  480_000,
);

test('the first load is compressed, below 1.5 MB, and what is named for its content is kept', async () => {
  const context = await stage.browser.newContext();
  const page = await context.newPage();
  await context.addCookies(await stage.viewer.page.context().cookies());
  let bytes = 0;
  const plain: string[] = [];
  const sizes: Promise<void>[] = [];
  page.on('requestfinished', (request) => {
    const measure = async () => {
      const { responseBodySize } = await request.sizes();
      bytes += responseBodySize;
      const headers = (await (await request.response())?.allHeaders()) ?? {};
      if (responseBodySize > 2_048 && headers['content-encoding'] === undefined && !/woff2|png/.test(request.url()))
        plain.push(request.url());
    };
    sizes.push(measure());
  });
  await page.goto(`${stage.server.management}${appPath}/overview`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle');
  // What is asked for from now on is no part of the first load, and would be measured on a page that is closed.
  page.removeAllListeners('requestfinished');
  await Promise.all(sizes);
  expect(plain).toEqual([]);
  expect(bytes).toBeLessThan(1_500_000);
  expect(bytes).toBeGreaterThan(500_000);
  await context.close();
});

test('who follows a link goes on reading at the top of the page', async () => {
  const { admin } = stage;
  await admin.prefer('dark', 'en-US');
  await admin.page.setViewportSize({ width: 1440, height: 900 });
  await admin.open(`${appPath}/overview`);
  await admin.page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('link', { name: 'Failures', exact: true })
    .click();
  await admin.page.getByRole('heading', { name: 'Failures', level: 1 }).waitFor();
  await expect.poll(() => admin.page.evaluate('document.activeElement.tagName')).toBe('MAIN');
});

test.each(['from=yesterdayish&to=now', 'from=now&to=now-7d', 'from=99999999999999999&to=now', 'from=now-7q&to=now'])(
  'the range %s is none: the page says so and shows the usual one',
  async (range) => {
    const { admin } = stage;
    await admin.go(`${appPath}/failures?${range}`);
    await admin.page.getByRole('alert').getByText('is no time range; the usual one is shown').waitFor();
    await admin.page.getByRole('cell').first().waitFor();
  },
);

test('a message shows up in Live while one looks on, and pausing holds the page', async () => {
  const { admin, server } = stage;
  await admin.go(`${appPath}/live?containing=LIVE-PC1`);
  await admin.page.getByText('Nothing arrived within the last hour').waitFor();
  const { wireReport } = await import('../../server/src/simulation/wire.js');
  const message = (name: string, serial: number) =>
    wireReport({
      at: Date.now(),
      name,
      clientId: '',
      version: '',
      topicType: 800,
      topicId: '{1}',
      stateId: 312,
      serial,
      params: [],
    });
  expect((await server.post(message('LIVE-PC1', 1))).status).toBe(200);
  await admin.page.getByRole('link', { name: 'LIVE-PC1' }).waitFor();
  await admin.page.getByText('disk is full').waitFor();
});

test('an expired session asks to sign in where one is, and what was being edited is still there', async () => {
  const other = await visit(stage.browser, stage.server.management, stage.tokens.admin, 'Ada');
  const { page } = other;
  await other.open(`${appPath}/roles/FSP01?tab=throttle`);
  await page.context().clearCookies();
  await page.getByLabel('Number of state messages').fill('150');
  const dialog = page.getByRole('dialog', { name: 'Sign in again' });
  await dialog.getByLabel('Token').fill('not-the-token-at-all');
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await dialog.getByRole('alert').waitFor();
  await dialog.getByLabel('Token').fill(stage.tokens.admin);
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await dialog.waitFor({ state: 'detached' });
  const field = page.getByLabel('Number of state messages');
  await expect.poll(() => field.evaluate('document.activeElement.id')).toBe(await field.getAttribute('id'));
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved; in force at once').waitFor();
  expect(await field.inputValue()).toBe('150');
  await page.context().close();
});

test('edits that are not saved are asked about before leaving, and come back after a reload', async () => {
  const { admin } = stage;
  const { page } = admin;
  await admin.open(`${appPath}/roles/FSP01?tab=throttle`);
  await page.getByLabel('Number of state messages').fill('170');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Failures', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stay here' }).click();
  expect(await page.getByLabel('Number of state messages').inputValue()).toBe('170');
  page.once('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await page.getByText('What you changed before and did not save is here again').waitFor();
  expect(await page.getByLabel('Number of state messages').inputValue()).toBe('170');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Failures', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Discard the changes and leave' }).click();
  await page.waitForURL(/failures/);
  await admin.go(`${appPath}/roles/FSP01?tab=throttle`);
  expect(await page.getByLabel('Number of state messages').inputValue()).not.toBe('170');
});

/** The embedded engine's process: a child of the server. */
function enginePid(): number {
  const children = readFileSync(`/proc/${stage.server.pid}/task/${stage.server.pid}/children`, 'utf8')
    .trim()
    .split(' ');
  const engine = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('engine-child'));
  return Number(engine);
}

test('while ClickHouse hangs a page says so and keeps what it showed, roles are still read, and all comes back alone', async () => {
  const { admin } = stage;
  const { page } = admin;
  await admin.go(`${appPath}/failures`);
  const cells = page.getByRole('cell');
  const remembered = page.getByText('ClickHouse does not answer: this is what the receiver knows by itself');
  await cells.first().waitFor();
  const shown = await cells.count();
  process.kill(enginePid(), 'SIGSTOP');
  try {
    await page.getByRole('button', { name: 'Refresh', exact: true }).click();
    const late = page.getByRole('status').getByText('What is shown is of');
    await late.first().waitFor();
    expect(await cells.count()).toBe(shown);
    // Not as `go` does it, which waits until nothing loads any more.
    const jump = (path: string) =>
      page.evaluate(`history.pushState(null, '', '${appPath}${path}'); dispatchEvent(new PopStateEvent('popstate'))`);
    await jump('/roles');
    await remembered.waitFor();
    await page.getByRole('row').filter({ hasText: 'FSP01' }).first().waitFor();
    await jump('/roles/FSP01?tab=throttle');
    await page.getByLabel('Number of state messages').waitFor();
    await remembered.waitFor();
  } finally {
    process.kill(enginePid(), 'SIGCONT');
  }
  await remembered.waitFor({ state: 'detached' });
  await admin.go(`${appPath}/failures`);
  await cells.first().waitFor();
  await expect.poll(() => page.getByRole('status').getByText('What is shown is of').count()).toBe(0);
});
