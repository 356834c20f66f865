// Builds the server to dist/: the types are taken off each file, and data files (catalogue, migrations) come along.
// `npm run typecheck` is what checks types: it takes ten times as long, and nobody who starts a server waits for it.
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { transformSync } from 'rolldown/utils';

const src = join(import.meta.dirname, 'src');
const dist = join(import.meta.dirname, 'dist');
const isSource = (name) => /\.c?ts$/.test(name);

rmSync(dist, { recursive: true, force: true });
cpSync(src, dist, { recursive: true, filter: (path) => !isSource(path) });
for (const name of readdirSync(src, { recursive: true }).filter(isSource)) {
  if (name.endsWith('.test.ts')) continue;
  const source = join(src, name);
  const built = join(dist, name.replace(/ts$/, 'js'));
  const { code, map, errors } = transformSync(source, readFileSync(source, 'utf8'), {
    sourcemap: true,
    tsconfig: false,
    // An import stays where it is written, as tsc does it.
    typescript: { onlyRemoveTypeImports: true },
  });
  if (errors.length > 0) throw new Error(`${name} cannot be read:\n${errors.map(({ message }) => message).join('\n')}`);
  mkdirSync(dirname(built), { recursive: true });
  writeFileSync(built, `${code}//# sourceMappingURL=${basename(built)}.map\n`);
  writeFileSync(`${built}.map`, JSON.stringify({ ...map, sources: [relative(dirname(built), source)] }));
}
