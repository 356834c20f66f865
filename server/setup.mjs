// Brings a fresh clone to the point where it runs: the right Node, the locked dependencies, a current build.
// Runs before `npm start` and `npm test`; does nothing where nothing is missing.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`fsp: Node ${process.versions.node} is too old; install Node 20.19 or newer`);
  process.exit(2);
}

const installed = join(root, 'node_modules', '.package-lock.json');
if (!isInstalled()) await install();

/** Whether what npm says that it has installed is what is locked, but for what other systems need. */
function isInstalled() {
  if (!existsSync(installed)) return false;
  const packagesOf = (path) => JSON.parse(readFileSync(path, 'utf8')).packages;
  const there = packagesOf(installed);
  return Object.entries(packagesOf(join(root, 'package-lock.json')))
    .filter(([path, { optional }]) => path.includes('node_modules/') && (path in there || !optional))
    .every(([path, { version, integrity }]) => there[path]?.version === version && there[path].integrity === integrity);
}

/** The locked dependencies, with a line of how far it is; what npm has to say is shown where it warns or fails. */
async function install() {
  const npm = spawn('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=warn', '--no-progress'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    // On Windows npm is a script of the shell.
    shell: process.platform === 'win32',
  });
  const began = Date.now();
  const show = (end = '') => {
    const seconds = Math.round((Date.now() - began) / 1000);
    const line = `Installing dependencies (once; the embedded ClickHouse is a download of about 180 MB): ${seconds} s${writtenBy(npm.pid)}`;
    process.stderr.write(process.stderr.isTTY ? `\r${line}${end}` : `${line}\n`);
  };
  show();
  const ticking = setInterval(() => show(), process.stderr.isTTY ? 1_000 : 10_000);
  let said = '';
  npm.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  const [code] = await once(npm, 'close');
  clearInterval(ticking);
  show('\n');
  if (code !== 0) {
    console.error(`${said}fsp: the dependencies could not be installed; npm's words are above`);
    process.exit(1);
  }
  const warnings = said.split('\n').filter((line) => /EBADENGINE/.test(line));
  if (warnings.length > 0) console.error(warnings.join('\n'));
}

/** What a process has written so far, where the system tells: how much room is left on the disk is everybody's doing. */
function writtenBy(pid) {
  try {
    const [, bytes] = /^wchar: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'));
    return `, ${Math.round(bytes / 1e6)} MB written`;
  } catch {
    return '';
  }
}

/** Builds a part anew where something that it is made of is newer than what was built. */
function buildWhereStale(part, sources, builder) {
  const built = join(root, part, 'dist', '.built');
  const files = sources.flatMap((source) => {
    const path = join(root, source);
    if (!existsSync(path)) return [];
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => !/[\\/](dist|node_modules)([\\/]|$)/.test(join(entry.parentPath, entry.name)))
      .map((entry) => join(entry.parentPath, entry.name));
  });
  const newest = Math.max(...[...files, installed].map((path) => statSync(path).mtimeMs));
  if (existsSync(built) && statSync(built).mtimeMs >= newest) return;
  console.error(`Building ${part} …`);
  execFileSync(process.execPath, [join(root, part, builder)], { stdio: ['ignore', 2, 2] });
  writeFileSync(built, '');
}
buildWhereStale('server', ['server/src', 'server/build.mjs'], 'build.mjs');
buildWhereStale(
  'grafana-plugin',
  [
    'grafana-plugin/src',
    'grafana-plugin/host',
    'grafana-plugin/rspack.config.mjs',
    'server/src',
    'dashboards/generated',
    'dashboards/runbooks',
  ],
  'build.mjs',
);
