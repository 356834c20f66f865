import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Locator, type Page, type Request } from 'playwright-core';
import { chromium as findChromium } from '../chromium.mjs';

const flags =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Where photographs go, for people to look at; none are taken without it. */
const photos = process.env.FSP_TEST_PHOTOS ?? '';

export const appPath = '/a/fallbackstatuspoint-fsp-app';

/** Somebody in front of the console. */
export interface Visitor {
  page: Page;
  /** What the browser's console complained about, and what the server refused. */
  complaints: string[];
  /** Loads a page by its address. */
  open(path: string): Promise<void>;
  /** Goes to a page as a link does, without loading everything anew. */
  go(path: string): Promise<void>;
  /** As the switches of the preview's bar; the page is loaded anew. */
  prefer(theme: 'dark' | 'light', language: 'en-US' | 'fr-FR'): Promise<void>;
  /** A picture of the page as it is, where somebody wants some. */
  photograph(name: string): Promise<void>;
  /** What axe finds wrong, as short texts. */
  accessibility(): Promise<string[]>;
}

export function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no Chromium: node test/chromium.mjs installs it');
  return chromium.launch({ executablePath, args: flags.split(' ') });
}

/**
 * Signs in with a token, in a browser profile of its own.
 * @param prepare that profile before anything is loaded
 */
export async function visit(
  browser: Browser,
  url: string,
  token: string,
  name: string,
  prepare?: (context: BrowserContext) => Promise<void>,
): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    timezoneId: 'Europe/Paris',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await prepare?.(context);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  await page.getByLabel('Token').fill(token);
  await page.getByLabel(/Your name/).fill(name);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Preview, not Grafana').waitFor();

  const underWay = new Set<Request>();
  page.on('request', (request) => underWay.add(request));
  const over = (request: Request) => underWay.delete(request);
  page.on('requestfinished', over);
  page.on('requestfailed', over);
  /** Nothing is loading, and nothing was for a moment: an answer may lead to the next question. */
  const settled = async () => {
    // A page that asks again and again is not waited for until it is tired of it.
    for (let quiet = 0, looks = 0; quiet < 3 && looks < 400; looks++) {
      await page.waitForTimeout(50);
      quiet = underWay.size === 0 ? quiet + 1 : 0;
    }
    for (const loading of [page.getByText(/^(Loading|Chargement) ?…$/), page.getByLabel('Panel loading bar')])
      await loading.first().waitFor({ state: 'detached' });
  };
  return {
    page,
    complaints,
    async open(path) {
      await page.goto(url + path);
      await page.getByRole('main').waitFor();
      await settled();
    },
    async go(path) {
      await page.evaluate((to) => {
        const {
          history,
          dispatchEvent,
          PopStateEvent: Popped,
        } = globalThis as unknown as {
          history: { pushState(state: unknown, title: string, to: string): void };
          dispatchEvent(event: object): void;
          PopStateEvent: new (type: string) => object;
        };
        history.pushState(null, '', to);
        dispatchEvent(new Popped('popstate'));
      }, path);
      await settled();
      // Its script may only come now.
      await page.getByRole('main').waitFor();
      await settled();
    },
    async prefer(theme, language) {
      await page.evaluate((wanted) => {
        const { localStorage } = globalThis as unknown as {
          localStorage: { setItem(name: string, value: string): void };
        };
        localStorage.setItem('fsp.preview', wanted);
      }, JSON.stringify({ theme, language }));
      await page.reload();
      await page.getByRole('main').waitFor();
      await settled();
    },
    async photograph(photo) {
      if (photos === '') return;
      mkdirSync(photos, { recursive: true });
      await page.screenshot({ path: join(photos, `${photo}.png`) });
    },
    async accessibility() {
      if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe);
      return page.evaluate(async () => {
        const { axe: run } = globalThis as unknown as {
          axe: {
            run(context: { exclude: string[][] }): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
          };
        };
        const { violations } = await run.run({
          // Names of a chart's legend, by @grafana/ui: its labels do not say what is written on them.
          exclude: [['[class*="LegendLabel"]']],
        });
        return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
      });
    },
  };
}

/** Drags files from outside of the browser onto a part of the page, and lets them fall there. */
export async function drop(target: Locator, files: readonly string[]): Promise<void> {
  await target.scrollIntoViewIfNeeded();
  const place = await target.boundingBox();
  if (place === null) throw new Error('what files are to fall on is not shown');
  const page = target.page();
  const session = await page.context().newCDPSession(page);
  const over = { x: place.x + place.width / 2, y: place.y + place.height / 2 };
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, ...over, data });
  await session.detach();
}
