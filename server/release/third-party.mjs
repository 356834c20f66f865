// What of others is in the product: the packages that are installed with the server, and those that are built into the
// console and the plugin. As notices (licence texts) and as an SBOM.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageManifest, root } from './assemble.mjs';

/** Built into the host that previews the plugin, which names them as tools of its build. */
const builtIntoHost = [
  '@fontsource/inter',
  '@fontsource/roboto-mono',
  'history',
  'react-router',
  'react-router-dom',
  'react-router-dom-v5-compat',
  'systemjs',
];

/** npm's own program: `npm` itself is no file that can be started without a shell on Windows. */
export function npm(...args) {
  const program = process.env.npm_execpath;
  return execFileSync(program ? process.execPath : 'npm', [...(program ? [program] : []), ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** Folders of all packages that are part of what is released: the lock tells what serves development alone. */
function partsOfRelease() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const named = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  return Object.entries(packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && link !== true)
    .filter(([path, { dev }]) => dev !== true || builtIntoHost.includes(named(path)))
    .map(([path]) => join(root, path));
}

/** What a package says of itself; null where it is not installed, as other platforms' parts. */
function manifestIn(folder) {
  const file = join(folder, 'package.json');
  const manifest = readable(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  return manifest.name === undefined || manifest.version === undefined ? null : manifest;
}

function readable(path) {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Every package with its version, licence and the texts that it asks to be passed on. */
export function thirdPartyNotices() {
  const seen = new Map();
  for (const folder of partsOfRelease()) {
    if (!readable(join(folder, 'package.json'))) continue;
    const {
      name,
      version,
      license,
      licenses,
      private: own,
    } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (own || name === undefined || version === undefined) continue;
    const texts = readdirSync(folder)
      .filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file) && !/\.(?:js|ts|json)$/.test(file))
      .filter((file) => readable(join(folder, file)))
      .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim());
    const stated = typeof license === 'string' ? license : (license?.type ?? licenses?.[0]?.type ?? 'see below');
    seen.set(`${name} ${version}`, [`${name} ${version}`, `Licence: ${stated}`, ...texts].join('\n\n'));
  }
  const all = [...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  return `Software of others in and with the fallback status point: what npm installs with it, and what is built into its\nconsole and the Grafana plugin.\n\n${all.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** The bill of materials of the release, as npm makes it, in the name of what is released. */
export function billOfMaterials() {
  const sbom = JSON.parse(npm('sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev', '-w', 'server'));
  // What is built into the console and the plugin. npm describes no tree in which a package asks for another React than
  // the one that Grafana gives to all.
  const known = new Set(sbom.components.map((one) => one.purl));
  for (const { name, version, license } of partsOfRelease().map(manifestIn).filter(Boolean)) {
    const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
    if (known.has(purl)) continue;
    known.add(purl);
    sbom.components.push({
      'bom-ref': `${name}@${version}`,
      type: 'library',
      name,
      version,
      purl,
      ...(typeof license === 'string' ? { licenses: [{ expression: license }] } : {}),
    });
  }
  const { name, version, description, license } = packageManifest();
  // npm names the folder of the repository, which is called differently on every machine.
  const reference = sbom.metadata.component['bom-ref'];
  sbom.metadata.component = {
    'bom-ref': reference,
    type: 'application',
    name,
    version,
    description,
    purl: `pkg:npm/${name}@${version}`,
    licenses: [{ license: { id: license } }],
  };
  return `${JSON.stringify(sbom, null, 2)}\n`;
}
