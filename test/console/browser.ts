import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { chromium as findChromium } from '../chromium.mjs';

const flags =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Where photographs go, for people to look at. */
const photos = process.env.FSP_TEST_PHOTOS ?? join(tmpdir(), 'fsp-photos');

export const appPath = '/a/fallbackstatuspoint-fsp-app';

/** Somebody in front of the console. */
export interface Visitor {
  page: Page;
  /** What the browser's console complained about, and what the server refused. */
  complaints: string[];
  open(path: string): Promise<void>;
  /** Both themes; files named for the page. */
  photograph(name: string): Promise<void>;
  /** What axe finds wrong, as short texts. */
  accessibility(): Promise<string[]>;
}

export function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no Chromium: node test/chromium.mjs installs it');
  return chromium.launch({ executablePath, args: flags.split(' ') });
}

/** Signs in with a token, in a browser profile of its own. */
export async function visit(browser: Browser, url: string, token: string, name: string): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    timezoneId: 'Europe/Paris',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
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

  const settled = async () => {
    await page.waitForLoadState('networkidle');
    await page.getByText('Loading…').first().waitFor({ state: 'detached' });
  };
  const prefer = (theme: string) =>
    page.evaluate((wanted) => {
      const { localStorage } = globalThis as unknown as {
        localStorage: { setItem(name: string, value: string): void };
      };
      localStorage.setItem('fsp.preview', JSON.stringify({ theme: wanted, language: 'en-US' }));
    }, theme);
  return {
    page,
    complaints,
    async open(path) {
      await page.goto(url + path);
      await settled();
    },
    async photograph(photo) {
      mkdirSync(photos, { recursive: true });
      for (const theme of ['light', 'dark']) {
        await prefer(theme);
        await page.reload();
        await settled();
        await page.screenshot({ path: join(photos, `${photo}-${theme}.png`) });
      }
    },
    async accessibility() {
      await page.evaluate(axe);
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
