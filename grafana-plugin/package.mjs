// Packs the built plugin into the zip that Grafana's catalogue and `grafana cli` expect: one folder, named for the app.
// The zip is put beside this file, or into the folder that is given.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { zipSync } from 'fflate';

const dist = join(import.meta.dirname, 'dist');
const { id, info } = JSON.parse(readFileSync(join(dist, 'plugin.json'), 'utf8'));
const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name !== '.built' && !/\.(br|gz)$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name));
const zip = join(process.argv[2] ?? import.meta.dirname, `${id}-${info.version}.zip`);
const inside = (file) => `${id}/${relative(dist, file).replaceAll('\\', '/')}`;
writeFileSync(zip, zipSync(Object.fromEntries(files.map((file) => [inside(file), readFileSync(file)]))));
console.log(`${files.length} files in ${zip}`);
