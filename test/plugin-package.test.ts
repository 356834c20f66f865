// What Grafana's plugin-validator refuses or warns of, as far as it can be checked on a build that is not signed; the tool
// itself cannot run here. Names of its analysers stand beside each test. Not checked here: what needs Grafana's catalogue
// (org, published, signature, manifest, provenance, version), a scanner's database (osv-scanner, virusscan), a language
// model (llmreview, codediff), the web (brokenlinks beyond the archive), or a back end, which this plugin has none of
// (backendbinary, binarypermissions, go-manifest, gosec, govulncheck, sdkusage). Not followed: buildtools wants webpack by
// create-plugin, and rspack builds here; sponsorshiplink is a suggestion.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { beforeAll, expect, test } from 'vitest';
import { testFolder } from './test-folder.js';

interface Manifest {
  id: string;
  type: string;
  name: string;
  info: {
    description: string;
    author: { name: string };
    keywords: string[];
    version: string;
    updated: string;
    logos: Record<'small' | 'large', string>;
    screenshots?: { name: string; path: string }[];
    links?: { name: string; url: string }[];
  };
  includes?: { type: string; name: string; path: string; role?: string; addToNav?: boolean; defaultNav?: boolean }[];
  routes?: { path: string; method: string; reqRole?: string; headers?: { content: string }[] }[];
  dependencies: { grafanaDependency: string; plugins?: { id: string; version: string }[] };
  backend?: boolean;
}

const plugin = fileURLToPath(new URL('../grafana-plugin', import.meta.url));
const folder = testFolder();
let files: Map<string, Buffer>;
let app: Manifest;
let manifests: [path: string, manifest: Manifest][];

const text = (path: string) => files.get(path)?.toString('utf8') ?? '';
const paths = () => [...files.keys()];

beforeAll(() => {
  execFileSync(process.execPath, [join(plugin, 'package.mjs'), folder]);
  const [zip] = readdirSync(folder);
  const unpacked = unzipSync(readFileSync(join(folder, zip!)));
  const [id = ''] = Object.keys(unpacked)[0]!.split('/');
  files = new Map(Object.entries(unpacked).map(([path, content]) => [path.slice(id.length + 1), Buffer.from(content)]));
  app = JSON.parse(text('plugin.json')) as Manifest;
  manifests = paths()
    .filter((path) => /(^|\/)plugin\.json$/.test(path))
    .map((path) => [path, JSON.parse(text(path)) as Manifest]);
  expect(zip).toBe(`${app.id}-${app.info.version}.zip`);
  expect(Object.keys(unpacked).every((path) => path.startsWith(`${app.id}/`))).toBe(true);
});

test('the archive is one folder with what a plugin needs, and nothing that does not belong there (archive, archivename, manifest, license, changelog)', () => {
  for (const path of ['plugin.json', 'module.js', 'README.md', 'LICENSE', 'CHANGELOG.md'])
    expect(text(path).length, path).toBeGreaterThan(200);
  expect(text('LICENSE')).toContain('Apache License');
  expect(paths().filter((path) => /(^|\/)\.|node_modules|\.(br|gz|tsx?|exe|zip)$/.test(path))).toEqual([]);
  expect(text('CHANGELOG.md')).toMatch(/^#/);
});

test('ids say organisation, name and type, and are all different (metadatavalid, pluginname, typesuffix, nestedmetadata)', () => {
  expect(manifests.map(([path]) => path)).toHaveLength(3);
  for (const [, { id, type }] of manifests) {
    expect(id).toMatch(/^[0-9a-z]+-([0-9a-z]+-)?(app|panel|datasource)$/);
    expect(id.endsWith(`-${type}`)).toBe(true);
    expect(id.split('-')[0]).toBe(app.id.split('-')[0]);
  }
  expect(new Set(manifests.map(([, { id }]) => id)).size).toBe(manifests.length);
  expect(manifests.every(([, { backend }]) => backend === undefined)).toBe(true);
});

test('each names itself, its author and what it is for, with a version and a date that were filled in (metadatavalid, discoverability, templatereadme)', () => {
  for (const [path, { name, info, dependencies }] of manifests) {
    expect(name, path).toMatch(/^\S.{2,}/);
    expect(info.description.length, path).toBeGreaterThan(20);
    expect(info.author.name, path).not.toBe('');
    expect(info.version, path).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
    expect(info.updated, path).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(dependencies.grafanaDependency, path).toBe('>=12.4.0');
    for (const { url } of info.links ?? []) expect(URL.canParse(url), url).toBe(true);
  }
  expect(app.info.keywords.length).toBeGreaterThan(0);
  expect(
    [...files].filter(([path, content]) => /\.(json|md)$/.test(path) && /%[A-Z_]+%/.test(content.toString())),
  ).toEqual([]);
  expect(text('README.md')).not.toMatch(/grafana-plugin-template|This template is a starting point/i);
});

test('logos and screenshots are there, are pictures, and hold no scripts (logos, screenshots, unsafesvg, brokenlinks)', () => {
  for (const [path, { info }] of manifests) {
    const pictures = [info.logos.small, info.logos.large, ...(info.screenshots ?? []).map((one) => one.path)];
    for (const picture of pictures) {
      const content = files.get(join(dirname(path), picture));
      expect(content, `${path}: ${picture}`).toBeDefined();
      if (picture.endsWith('.svg')) expect(content!.toString()).toMatch(/<svg/);
      else expect(content!.subarray(1, 4).toString()).toBe('PNG');
    }
  }
  for (const [path, content] of files)
    if (path.endsWith('.svg'))
      expect(content.toString(), path).not.toMatch(/<script|\bon\w+\s*=|javascript:|<foreignObject|href="http/i);
  const links = [...text('README.md').matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  expect(links.filter((link) => !/^https:|^#/.test(link) && !files.has(link))).toEqual([]);
  // A catalogue's page is not to be megabytes.
  for (const [path, content] of files) if (path.endsWith('.png')) expect(content.length, path).toBeLessThan(400_000);
});

test('everything that is included is in the archive, and a page is where the menu begins (metadatapaths, nestedmetadata)', () => {
  const includes = app.includes ?? [];
  for (const { type, path } of includes) {
    if (type !== 'page') expect(files.has(path), path).toBe(true);
    else expect(path).toMatch(new RegExp(`^/(a|plugins)/${app.id}(/|$)`));
  }
  const nested = manifests.map(([path]) => path).filter((path) => path !== 'plugin.json');
  expect(
    includes
      .filter(({ type }) => type === 'panel')
      .map(({ path }) => path)
      .sort(),
  ).toEqual(nested.sort());
  for (const path of nested) expect(files.has(join(dirname(path), 'module.js')), path).toBe(true);
  expect(includes.filter(({ defaultNav }) => defaultNav)).toHaveLength(1);
  const dashboards = paths().filter((path) => /^dashboards\/(?!index).*\.json$/.test(path));
  expect(
    includes
      .filter(({ type }) => type === 'dashboard')
      .map(({ path }) => path)
      .sort(),
  ).toEqual(dashboards.sort());
});

test('routes of the proxy demand a role and hold no secret themselves (metadatavalid)', () => {
  for (const { path, method, reqRole, headers = [] } of app.routes ?? []) {
    expect(path).toMatch(/\/\*$/);
    expect(method === '*' ? reqRole : 'Admin').toBe('Admin');
    expect(['Viewer', 'Admin']).toContain(reqRole);
    for (const { content } of headers) expect(content).toMatch(/^Bearer \{\{ \.SecureJsonData\.\w+ \}\}$/);
  }
  expect(app.dependencies.plugins?.map(({ id }) => id)).not.toContain(app.id);
});

test('the scripts are modules as Grafana loads them, with their source beside them (modulejs, jssourcemap, sourcecode)', () => {
  const scripts = paths().filter((path) => /(^|\/)module\.js$/.test(path));
  for (const path of scripts) {
    expect(text(path), path).toMatch(/^(?:\/\*[^]*?\*\/\s*)?define\(/);
    const map = JSON.parse(text(`${path}.map`)) as { sources: string[]; sourcesContent: string[] };
    expect(
      map.sources.some((source) => source.endsWith('module.tsx')),
      path,
    ).toBe(true);
    expect(map.sourcesContent).toHaveLength(map.sources.length);
  }
});

const scripts = () =>
  [...files].filter(([path]) => path.endsWith('.js')).map(([path, content]) => [path, content.toString()] as const);

test('nothing old, tracking or forbidden is in what is built (legacyplatform, legacybuilder, trackingscripts, backenddebug)', () => {
  const forbidden =
    /@grafana\/toolkit|PanelCtrl|QueryCtrl|app\/plugins\/|app\/core\/(?:utils\/promiseToDigest|core_module)|angular\.isNumber\(|editor\.html|ctrl\.annotation|getLegacyAngularInjector|System\.register\(|from\s+['"]grafana\/app\/|grafanaBootData|google-analytics|googletagmanager|mixpanel\.com|sentry\.io|hotjar|debugger;/;
  for (const [path, code] of scripts()) expect(forbidden.exec(code)?.[0], path).toBeUndefined();
  expect(paths().filter((path) => /_debug|dlv|\.go$|gpx_/.test(path))).toEqual([]);
});

test('nothing that React 19 has no more is in what is built (reactcompat)', () => {
  const gone =
    /\.propTypes=|\.defaultProps=|\.contextTypes=|\.childContextTypes=|getChildContext|\bref:"[^"]+"|\bref:'[^']+'|createFactory\(|findDOMNode\(|ReactDOM\.render\(|unmountComponentAtNode\(|__SECRET_INTERNALS_DO_NOT_USE_OR_YOU_WILL_BE_FIRED/;
  for (const [path, code] of scripts()) expect(gone.exec(code)?.[0], path).toBeUndefined();
});

test('the source keeps the rules of a plugin (code-rules)', () => {
  const source = join(plugin, 'src');
  const rules: [name: string, pattern: RegExp][] = [
    ['no logging to the console', /\bconsole\.(?:log|info|table|debug|clear|count|dir|group|time|trace)/],
    ['nothing of Grafana’s window', /window\.(?:grafanaBootData|grafanaRuntime|__grafanaSceneContext)/],
    ['no top navigation toggle', /featureToggles\.topnav/],
    ['no style sheets', /import\s+['"][^'"]*\.(?:css|scss|less)['"]|\bGlobal\b[^;]*@emotion\/react|<Global\b/],
    [
      'no way around the location service',
      /\bwindow\.location\b|(?<![.\w])location\.(?:href\s*=|assign|replace|reload)/,
    ],
    ['no dialogs of the browser', /(?<![.\w])(?:window\.)?(?:alert|confirm|prompt)\(/],
    ['no window of its own', /\bwindow\.open\(/],
    ['nothing hidden from the compiler', /@ts-ignore|@ts-nocheck/],
    ['no classes of Grafana’s own forms', /\bgf-form\b/],
    ['no query past the data source', /['"`]\/?api\/(?:ds\/query|tsdb\/query|datasources\/proxy)/],
  ];
  const broken = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$|^test[\\/]/.test(path))
    .flatMap((path) => {
      const code = readFileSync(join(source, path), 'utf8').replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
      return rules.filter(([, pattern]) => pattern.test(code)).map(([name]) => `${path}: ${name}`);
    });
  expect(broken).toEqual([]);
});

test('what is shown in a catalogue is for its readers and links to nothing unsafe (jargon, safelinks, screenshots, metadatapaths)', () => {
  expect(text('README.md')).not.toMatch(/\byarn\b|\bnodejs\b/);
  const links = manifests.flatMap(([, { info }]) => info.links ?? []);
  for (const { url } of links) expect(url).toMatch(/^https:/);
  expect(app.info.screenshots?.length).toBeGreaterThan(0);
  for (const [, { info }] of manifests)
    for (const path of [info.logos.small, info.logos.large, ...(info.screenshots ?? []).map((one) => one.path)])
      expect(path).toMatch(/^(?![./])(?!\w+:)\S+$/);
});

test('the versions agree, and more than one version of Grafana is asked for (packagejson, version, restrictivedep, grafanadependency)', () => {
  const own = JSON.parse(readFileSync(join(plugin, 'package.json'), 'utf8')) as { version: string };
  for (const [path, { info, dependencies }] of manifests) {
    expect(info.version, path).toBe(own.version);
    expect(dependencies.grafanaDependency, path).not.toMatch(/^\d+\.\d+\.(?:x|\d+)$/);
    // What only Grafana Cloud may ask for.
    expect(dependencies.grafanaDependency, path).not.toMatch(/-\d/);
  }
});

test('a nested plugin is of the same version and organisation as the app, and of a type that may be nested (includesnested, nestedmetadata, circulardependencies)', () => {
  for (const [path, { type, info, dependencies }] of manifests.filter(([one]) => one !== 'plugin.json')) {
    expect(['panel', 'datasource'], path).toContain(type);
    expect(info.author, path).toEqual(app.info.author);
    expect(dependencies.plugins ?? [], path).toEqual([]);
  }
  for (const { id, version } of app.dependencies.plugins ?? []) {
    expect(manifests.map(([, one]) => one.id)).not.toContain(id);
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  }
});
