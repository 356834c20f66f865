// Whether the built plugin works in every Grafana that is still supported, each made of that version's own packages: the
// newest patch of each minor version that the registry has whole. The newest of all is what every other test runs in.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildHost, checkTypes, folderOf, install, type Grafana } from '../../grafana-plugin/compatible.mjs';
import { visit, type Visitor } from '../console/browser.js';
import { pagesOf } from '../console/pages.js';
import { setStage, type Stage } from '../console/stage.js';
import { eventually } from '../server-process.js';
import { testFolder } from '../test-folder.js';

const supported: Grafana[] = [
  { version: '12.4.10', react: '18.3.1' },
  { version: '13.0.2', react: '18.3.1' },
  { version: '13.1.1', react: '18.3.1' },
];

const read = (path: string) =>
  JSON.parse(readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8')) as object;
const manifest = read('../../grafana-plugin/src/plugin.json') as { dependencies: { grafanaDependency: string } };
const plugin = read('../../grafana-plugin/package.json') as { dependencies: Record<string, string> };

/** Packages come one version after the other, while those before are looked at. */
const installed = new Map<string, Promise<void>>();
let before = Promise.resolve();
for (const grafana of supported) {
  before = before.then(() => install(grafana));
  before.catch(() => undefined);
  installed.set(grafana.version, before);
}

const folder = testFolder();
let stage: Stage;
let failed = '';
/** What each page shows in the newest Grafana. */
const shown = new Map<string, string[]>();

beforeAll(async () => {
  stage = await setStage(folder, { FSP_SITE_CODE: 'PS1' }, ['--demo'], async (server) => {
    await eventually(
      () => server.query<{ n: string }>('SELECT count() AS n FROM setup_runs WHERE ended_at IS NOT NULL'),
      ([row]) => Number(row?.n) >= 4,
      200_000,
    );
  });
  const [client] = await stage.server.query<{ client_name: string }>(
    "SELECT client_name FROM clients WHERE outcome = 'failed' AND last_error_code != '' ORDER BY 1 LIMIT 1",
  );
  failed = client!.client_name;
}, 240_000);
afterAll(() => stage?.close());

/** What somebody finds on a page whatever its data: headings, columns, fields and buttons, without numbers. */
async function parts({ page }: Visitor): Promise<string[]> {
  const found = await page.evaluate(() => {
    const { document } = globalThis as unknown as {
      document: { querySelectorAll(selector: string): Iterable<{ tagName: string; textContent: string }> };
    };
    const wanted =
      'main h1, main h2, main h3, main label, main [role="columnheader"], main th, main [role="tab"], main legend';
    return [...document.querySelectorAll(wanted)].map(({ tagName, textContent }) => `${tagName} ${textContent}`);
  });
  return [...new Set(found.map((text) => text.replaceAll(/[\d.,:%\s\u200b]+/g, ' ').trim()))].sort();
}

/** The same once nothing more comes: what a page asks for arrives after its heading. */
async function settledParts(visitor: Visitor): Promise<string[]> {
  let before: string[] = [];
  return eventually(
    async () => {
      const [earlier, found] = [before, await parts(visitor)];
      before = found;
      await visitor.page.waitForTimeout(500);
      return { found, settled: earlier.join() === found.join() };
    },
    ({ settled }) => settled,
    20_000,
  ).then(({ found }) => found);
}

/** Goes through every page. @returns what is wrong there */
async function walk(visitor: Visitor, look: (name: string) => Promise<void>): Promise<string[]> {
  const wrong: string[] = [];
  for (const [name, path] of pagesOf(failed)) {
    visitor.complaints.length = 0;
    await visitor.go(path);
    await visitor.page.getByRole('heading', { level: 1 }).waitFor();
    if ((await visitor.page.getByText('An unexpected error happened').count()) > 0) wrong.push(`${name}: it broke`);
    wrong.push(...visitor.complaints.map((one) => `${name}: ${one}`));
    await look(name);
  }
  return wrong;
}

test('what plugin.json allows begins with the oldest version that is looked at here', () => {
  const [major, minor] = supported[0]!.version.split('.');
  expect(manifest.dependencies.grafanaDependency).toBe(`>=${major}.${minor}.0`);
  const newest = plugin.dependencies['@grafana/ui']!.split('.');
  // The minor version before the newest is the last of the list.
  expect(supported.at(-1)!.version.split('.').slice(0, 2)).toEqual([newest[0], String(Number(newest[1]) - 1)]);
});

test(`in the newest Grafana every page works`, async () => {
  const wrong = await walk(stage.admin, async (name) => {
    const found = await settledParts(stage.admin);
    expect(found.length, name).toBeGreaterThan(0);
    shown.set(name, found);
  });
  expect(wrong).toEqual([]);
});

describe.each(supported)('Grafana $version', (grafana) => {
  test('has everything that the plugin uses, by its types', async () => {
    await installed.get(grafana.version);
    await checkTypes(grafana);
  });

  test('shows every page as the newest does, without a complaint', async () => {
    await installed.get(grafana.version);
    await buildHost(grafana);
    const { server, browser, tokens } = stage;
    const host = join(folderOf(grafana.version), 'host');
    // The plugin is the one that is built and served; Grafana's own libraries are those of the version.
    const visitor = await visit(browser, server.management, tokens.admin, 'Ada', async (context) => {
      await context.route('**/public/host/**', (route) =>
        route.fulfill({ path: join(host, new URL(route.request().url()).pathname.replace('/public/host/', '')) }),
      );
    });
    expect(
      await visitor.page.evaluate(
        () =>
          (globalThis as unknown as { grafanaBootData: { settings: { buildInfo: { version: string } } } })
            .grafanaBootData.settings.buildInfo.version,
      ),
    ).toBe(grafana.version);
    const differs: string[] = [];
    const wrong = await walk(visitor, async (name) => {
      const lacks = async () => {
        const found = await parts(visitor);
        return (shown.get(name) ?? ['the newest was not looked at']).filter((one) => !found.includes(one));
      };
      const missing = await eventually(lacks, (left) => left.length === 0, 20_000).catch(lacks);
      if (missing.length > 0) differs.push(`${name} lacks ${missing.join(', ')}`);
    });
    await visitor.page.context().close();
    expect([...wrong, ...differs]).toEqual([]);
  });
});
