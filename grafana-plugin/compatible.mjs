// Prepares what `npm run compatible` (test/compatible) looks at: for a version of Grafana, its packages, the plugin's types
// against them, and a host made of them, in .compatible/VERSION/host. What cannot be checked fails; nothing is skipped.
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { rspack } from '@rspack/core';
import { hostOf } from './rspack.config.mjs';

const run = promisify(execFile);
const here = import.meta.dirname;
const packages = ['data', 'i18n', 'runtime', 'schema', 'ui'];
/** Grafana leaves them to whoever builds with its packages: React as that Grafana has it, with its types. */
const besides = (react) => [
  `react@${react}`,
  `react-dom@${react}`,
  `@types/react@${react.split('.')[0]}`,
  `@types/react-dom@${react.split('.')[0]}`,
];

const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
export const folderOf = (version) => join(here, '.compatible', version);

/** Installs a version's packages beside the plugin's own, once. */
export async function install({ version, react }) {
  const folder = folderOf(version);
  const wanted = [...packages.map((name) => `@grafana/${name}@${version}`), ...besides(react)];
  const done = join(folder, 'installed.json');
  if (existsSync(done) && readFileSync(done, 'utf8') === JSON.stringify(wanted)) return;
  await rm(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  await run('npm', ['install', '--no-fund', '--no-audit', '--loglevel=error', ...wanted], { cwd: folder });
  writeFileSync(done, JSON.stringify(wanted));
}

/** Checks the plugin's types against the version's: what that Grafana does not have is an error here. */
export async function checkTypes({ version }) {
  const folder = folderOf(version);
  const config = {
    extends: '../../tsconfig.json',
    compilerOptions: {
      baseUrl: '.',
      paths: {
        '@grafana/*': ['./node_modules/@grafana/*'],
        'react/*': ['./node_modules/@types/react/*'],
        react: ['./node_modules/@types/react'],
        'react-dom': ['./node_modules/@types/react-dom'],
      },
      typeRoots: ['./node_modules/@types', '../../../node_modules/@types'],
    },
    include: ['../../src/**/*'],
    exclude: ['../../src/**/*.test.ts', '../../src/**/*.test.tsx', '../../src/test'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = [join(here, '../node_modules/typescript/bin/tsc'), '-p', folder, '--listFiles'];
  const { stdout } = await run(process.execPath, tsc, { maxBuffer: 1 << 26 }).catch((error) => {
    const found = String(error.stdout)
      .split('\n')
      .filter((line) => !line.startsWith('/'));
    throw new Error(`The plugin's types do not fit Grafana ${version}:\n${found.join('\n')}`);
  });
  for (const name of ['@grafana/ui', '@grafana/data', '@types/react'])
    if (!stdout.includes(join(folder, 'node_modules', name)))
      throw new Error(`The types of ${name} in ${folder} were not what was checked`);
}

/** Builds the host of the version's packages. Its source stands beside them, so that imports find them first. */
export async function buildHost({ version }) {
  const folder = folderOf(version);
  const source = join(folder, 'host-source');
  rmSync(source, { recursive: true, force: true });
  cpSync(join(here, 'host'), source, { recursive: true, filter: (path) => !/[\\/]dist$/.test(path) });
  const stats = await new Promise((resolve, reject) => {
    rspack(hostOf({ source, modules: folder, path: join(folder, 'host') })).run((error, result) => {
      if (error) reject(error);
      else resolve(result);
    });
  });
  if (stats.hasErrors()) throw new Error(stats.toString({ all: false, errors: true, colors: false }));
  const { modules } = stats.toJson({ all: false, modules: true, nestedModules: true, modulesSpace: Infinity });
  const foreign = modules
    .flatMap((one) => [one, ...(one.modules ?? [])])
    .map(({ nameForCondition }) => nameForCondition)
    .filter((path) => path && isAbsolute(path) && relative(folder, path).startsWith(`..${sep}`));
  if (foreign.length > 0)
    throw new Error(
      `The host of Grafana ${version} holds what is not of its packages:\n${[...new Set(foreign)].join('\n')}`,
    );
  if (read(join(folder, 'node_modules/@grafana/ui/package.json')).version !== version)
    throw new Error(`The host is not made of Grafana ${version}`);
}
