// Whether the plugin works in the Grafana that people have: its types against the packages of the oldest version that
// plugin.json allows, and the plugin as it is built in a host made of that version's packages, in a browser. Versions in
// between are covered by their neighbours; name others as arguments. Nothing is skipped: what cannot be checked fails.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { rspack } from '@rspack/core';
import { chromium as findChromium } from '../test/chromium.mjs';
import { hostOf } from './rspack.config.mjs';

const here = import.meta.dirname;
const root = join(here, '..');
/** The newest patch of the oldest minor version that Grafana still supports. */
const oldest = '12.4.10';
/** The host needs them and does not find them among Grafana's own dependencies. */
const besides = ['react@18.3.1', 'react-dom@18.3.1'];
const packages = ['data', 'i18n', 'runtime', 'schema', 'ui'];

const manifest = JSON.parse(readFileSync(join(here, 'src/plugin.json'), 'utf8'));
const allowed = /^>=(\d+\.\d+)\.0$/.exec(manifest.dependencies.grafanaDependency)?.[1];
if (!oldest.startsWith(`${allowed}.`))
  throw new Error(`plugin.json allows Grafana from ${allowed}, and ${oldest} is what is checked: make them agree`);

const step = (text) => console.log(`${new Date().toISOString().slice(11, 19)}  ${text}`);

/** Installs a version's packages beside the plugin's own, once. */
function install(version) {
  const folder = join(here, '.compatible', version);
  const installed = join(folder, 'node_modules/@grafana/ui/package.json');
  if (!existsSync(installed) || JSON.parse(readFileSync(installed, 'utf8')).version !== version) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    const wanted = [...packages.map((name) => `@grafana/${name}@${version}`), ...besides];
    execFileSync('npm', ['install', '--no-fund', '--no-audit', '--loglevel=error', ...wanted], {
      cwd: folder,
      stdio: 'inherit',
    });
  }
  return folder;
}

/** Checks the plugin's types against the version's. */
function checkTypes(folder) {
  const paths = { '@grafana/*': ['./node_modules/@grafana/*'] };
  const config = {
    extends: '../../tsconfig.json',
    compilerOptions: { baseUrl: '.', paths },
    include: ['../../src/**/*'],
    exclude: ['../../src/**/*.test.ts', '../../src/**/*.test.tsx', '../../src/test'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder];
  const files = execFileSync(process.execPath, [...tsc, '--listFiles'], { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (!files.includes(join(folder, 'node_modules/@grafana/ui/')))
    throw new Error(`The types of ${folder} were not what was checked`);
}

function buildHost(folder) {
  return new Promise((resolve, reject) => {
    rspack(hostOf(folder, join(folder, 'host'))).run((error, stats) => {
      if (error) reject(error);
      else if (stats.hasErrors()) reject(new Error(stats.toString({ all: false, errors: true, colors: false })));
      else resolve();
    });
  });
}

/** Every page and nested panel of the plugin, in the host of that version. */
function pathsOf() {
  const app = (path) => path.replaceAll('%PLUGIN_ID%', manifest.id);
  const pages = manifest.includes.filter(({ type }) => type === 'page').map(({ path }) => app(path));
  const panels = manifest.includes
    .filter(({ type }) => type === 'panel')
    .map(({ path }) => `/panel/${JSON.parse(readFileSync(join(here, 'src', path), 'utf8')).id}`);
  const deeper = ['roles/FSP01?tab=throttle', 'roles/new/server', 'clients/PAR-PC99001'].map(
    (path) => `/a/${manifest.id}/${path}`,
  );
  const dashboards = manifest.includes
    .filter(({ type }) => type === 'dashboard')
    .map(({ path }) => `/d/${path.replace(/^.*\/|\.json$/g, '')}`);
  return [...pages, ...deeper, ...panels, ...dashboards];
}

async function startServer(folder) {
  const env = {
    PATH: process.env.PATH,
    FSP_DATA_DIR: folder,
    FSP_SERVER_NAME: 'FSP01',
    FSP_INTAKE_HOST: '127.0.0.1',
    ...{
      FSP_INTAKE_PORT: '0',
      FSP_MANAGEMENT_PORT: '0',
      FSP_EMBEDDED_CLICKHOUSE_PORT: '0',
      FSP_EMBEDDED_CLICKHOUSE_NATIVE_PORT: '0',
    },
  };
  const server = spawn(process.execPath, [join(root, 'server/bin/fsp.js'), 'serve', '--demo'], { env });
  let output = '';
  const url = await new Promise((resolve, reject) => {
    for (const stream of [server.stdout, server.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
        const found = /console\s+(http\S+)[^]*Ctrl\+C/.exec(output);
        if (found !== null) resolve(found[1]);
      });
    server.on('exit', () => reject(new Error(`The server did not start: ${output}`)));
  });
  return { server, url };
}

async function look(version, folder) {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('There is no Chromium: node test/chromium.mjs installs it');
  const data = mkdtempSync(join(tmpdir(), 'fsp-compatible-'));
  const { server, url } = await startServer(data);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const complaints = [];
  try {
    const page = await browser.newPage({ locale: 'en-US' });
    // The plugin is the one that is built and served; Grafana's own libraries are those of the version.
    await page.route('**/public/host/**', (route) =>
      route.fulfill({
        path: join(folder, 'host', new URL(route.request().url()).pathname.replace('/public/host/', '')),
      }),
    );
    let at = '';
    page.on('pageerror', (error) => complaints.push(`${at}: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`${at}: ${message.text()}`);
    });
    await page.goto(url);
    await page.getByLabel('Token').fill(JSON.parse(readFileSync(join(data, 'tokens.json'), 'utf8')).admin);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Preview, not Grafana').waitFor();
    for (const path of pathsOf()) {
      at = path;
      await page.evaluate((to) => {
        globalThis.history.pushState(null, '', to);
        globalThis.dispatchEvent(new globalThis.PopStateEvent('popstate'));
      }, path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      await page.getByText('Loading…').first().waitFor({ state: 'detached' });
      if (await page.getByText('An unexpected error happened').count()) complaints.push(`${at}: the page broke`);
    }
  } finally {
    await browser.close();
    server.removeAllListeners('exit');
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
    rmSync(data, { recursive: true, force: true });
  }
  if (complaints.length > 0) throw new Error(`In Grafana ${version}:\n${complaints.join('\n')}`);
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : [oldest];
for (const version of wanted) {
  step(`Grafana ${version}: packages`);
  const folder = install(version);
  step(`Grafana ${version}: types`);
  checkTypes(folder);
  step(`Grafana ${version}: host`);
  await buildHost(folder);
  step(`Grafana ${version}: ${pathsOf().length} pages, panels and dashboards in a browser`);
  await look(version, folder);
}
step(`The plugin works in Grafana ${wanted.join(', ')}`);
