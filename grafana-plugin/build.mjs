// Builds the plugin into dist/ and the host that previews it into host/dist/.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rspack } from '@rspack/core';
import { host, plugin, worker } from './rspack.config.mjs';

/** The dashboards that are bundled, for the preview's navigation; Grafana itself reads plugin.json. */
function listDashboards() {
  const folder = join(import.meta.dirname, 'dist', 'dashboards');
  mkdirSync(folder, { recursive: true });
  const list = readdirSync(folder)
    .filter((name) => name.endsWith('.json') && name !== 'index.json')
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
    .map(({ uid, title }) => ({ uid, title }));
  writeFileSync(join(folder, 'index.json'), JSON.stringify(list));
}

await new Promise((resolve, reject) => {
  rspack([plugin, worker, host]).run((error, stats) => {
    if (error) return reject(error);
    if (stats.hasErrors()) return reject(new Error(stats.toString({ all: false, errors: true, colors: false })));
    listDashboards();
    const sizes = stats.toJson({ all: false, assets: true, children: true });
    const moduleSize = sizes.children[0].assets.find(({ name }) => name === 'module.js').size;
    console.log(`Built the plugin (module.js ${(moduleSize / 1024).toFixed(1)} KiB) and the preview host`);
    resolve();
  });
});
