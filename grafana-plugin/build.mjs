// Builds the plugin into dist/ and the host that previews it into host/dist/.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { rspack } from '@rspack/core';
import { host, plugin, worker } from './rspack.config.mjs';

/** The dashboards that are bundled, for the preview's navigation; Grafana itself reads plugin.json. */
function listDashboards() {
  const folder = join(import.meta.dirname, 'dist', 'dashboards');
  mkdirSync(folder, { recursive: true });
  const list = readdirSync(folder)
    .filter((name) => name.endsWith('.json') && name !== 'index.json')
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
    .map(({ uid, title, tags = [] }) => ({ uid, title, tags }));
  writeFileSync(join(folder, 'index.json'), JSON.stringify(list));
}

/** Compresses once what is sent to every browser, beside the file itself, as the preview serves it. */
async function compress(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  // What an earlier build left beside files that are gone or new.
  for (const file of files) if (/\.(br|gz)$/.test(file)) rmSync(file);
  await Promise.all(
    files
      .filter((file) => /\.(js|css|json|svg|ttf)$/.test(file))
      .map(async (file) => {
        const content = readFileSync(file);
        if (content.length < 1024) return;
        const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
        writeFileSync(`${file}.br`, await promisify(brotliCompress)(content, { params }));
        writeFileSync(`${file}.gz`, await promisify(gzip)(content));
      }),
  );
}

// Not by the builds themselves: one would look at what the other, beside it, takes away.
rmSync(join(import.meta.dirname, 'dist'), { recursive: true, force: true });
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
await compress(join(import.meta.dirname, 'dist'));
await compress(join(import.meta.dirname, 'host', 'dist'));
