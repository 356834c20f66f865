// Makes everything that is given out, in dist/release, and tries it as those who get it will:
//   fallback-status-point-VERSION.tgz   the npm package, with completions, services and the container's recipe in it
//   fallbackstatuspoint-fsp-app-VERSION.zip   the Grafana plugin
//   sbom.cdx.json, THIRD-PARTY-NOTICES.txt, CHANGELOG.md
// Usage: npm run release [-- --nodes 22,24] – further Nodes that the package is tried on; npm brings them.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { assemble, packageManifest, root } from './assemble.mjs';
import { billOfMaterials, npm, thirdPartyNotices } from './third-party.mjs';
import { tryPackage } from './try-package.mjs';

const { values } = parseArgs({ options: { nodes: { type: 'string', default: '22,24' } } });
const out = join(root, 'dist', 'release');
const node = (...args) => execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' });

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
// A build takes types off unseen.
node('node_modules/typescript/bin/tsc', '-p', 'server', '--noEmit');
node('server/build.mjs');
npm('run', 'build', '-w', 'dashboards');
node('grafana-plugin/build.mjs');
node('grafana-plugin/package.mjs');

const notices = thirdPartyNotices();
const stage = join(root, 'dist', 'package');
await assemble(stage, notices);
npm('pack', stage, '--pack-destination', out);
const { name, version } = packageManifest();
const tarball = join(out, `${name}-${version}.tgz`);
const zip = `fallbackstatuspoint-fsp-app-${version}.zip`;
cpSync(join(root, 'grafana-plugin', zip), join(out, zip));
writeFileSync(join(out, 'sbom.cdx.json'), billOfMaterials());
writeFileSync(join(out, 'THIRD-PARTY-NOTICES.txt'), notices);
cpSync(join(root, 'CHANGELOG.md'), join(out, 'CHANGELOG.md'));
if (!readFileSync(join(out, 'CHANGELOG.md'), 'utf8').includes(`## ${version}`))
  throw new Error(`CHANGELOG.md says nothing of ${version}`);
console.log(`${tarball}: ${(statSync(tarball).size / 1e6).toFixed(1)} MB`);

// With the engine on this Node, and without it on every Node that is promised.
console.log(await tryPackage(tarball, { engine: true }));
for (const wanted of ['', ...values.nodes.split(',').filter(Boolean)])
  console.log(await tryPackage(tarball, { engine: false, node: wanted }));
