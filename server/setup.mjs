// Brings a fresh clone to the point where it runs: the right Node, the locked dependencies, a current build.
// Runs before `npm start` and `npm test`; does nothing where nothing is missing.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`fsp: Node ${process.versions.node} is too old; install Node 20.19 or newer`);
  process.exit(2);
}

const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
const installed = join(root, 'node_modules', '.installed-lock');
if (!existsSync(installed) || readFileSync(installed, 'utf8') !== lock) {
  console.error('Installing dependencies (once; the embedded ClickHouse is a download of about 180 MB) …');
  execFileSync('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], { cwd: root, stdio: ['ignore', 2, 2] });
  writeFileSync(installed, lock);
}

const server = join(root, 'server');
const built = join(server, 'dist', '.built');
const sources = readdirSync(join(server, 'src'), { recursive: true, withFileTypes: true });
const newest = Math.max(
  ...sources.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  statSync(join(server, 'tsconfig.json')).mtimeMs,
  statSync(installed).mtimeMs,
);
if (!existsSync(built) || statSync(built).mtimeMs < newest) {
  console.error('Building …');
  execFileSync(process.execPath, [join(server, 'build.mjs')], { stdio: ['ignore', 2, 2] });
  writeFileSync(built, '');
}
