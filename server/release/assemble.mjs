// Puts the files of the npm package together: the compiled program, the console, dashboards, what runs it as a service.
// Nothing is built here, and nothing is compiled where it is installed.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** The manifest of the package: that of the workspace, without what only the repository needs. */
export function packageManifest() {
  const manifest = readJson(join(root, 'server', 'package.json'));
  for (const own of ['private', 'scripts', 'devDependencies']) delete manifest[own];
  return manifest;
}

/**
 * Fills a folder with the package's files.
 * @param notices the text of the third-party notices
 */
export async function assemble(folder, notices) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const copy = (from, to, filter = () => true) =>
    cpSync(join(root, from), join(folder, to), {
      recursive: true,
      filter: (path) => !/\.map$|\.built$|\.zip$/.test(basename(path)) && filter(path),
    });
  copy('server/bin', 'bin');
  copy('server/dist', 'dist');
  copy('server/openapi.json', 'openapi.json');
  copy('server/deploy', 'deploy');
  copy('grafana-plugin/dist', 'console/plugin');
  copy('grafana-plugin/host/dist', 'console/host');
  for (const part of ['generated', 'provisioning', 'queries', 'runbooks', 'README.md'])
    copy(`dashboards/${part}`, `dashboards/${part}`);
  for (const file of ['LICENSE', 'CHANGELOG.md', 'SECURITY.md', 'README.md']) copy(file, file);
  writeFileSync(join(folder, 'THIRD-PARTY-NOTICES.txt'), notices);
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(packageManifest(), null, 2)}\n`);

  const load = (path) => import(pathToFileURL(join(root, 'server', 'dist', path)).href);
  const [{ createProgram }, { completionFor }] = await Promise.all([
    load('program.js'),
    load('commands/completion.js'),
  ]);
  mkdirSync(join(folder, 'completions'));
  for (const [shell, name] of Object.entries({ bash: 'fsp', zsh: '_fsp', fish: 'fsp.fish' }))
    writeFileSync(join(folder, 'completions', name), completionFor(shell, await createProgram()));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { thirdPartyNotices } = await import('./third-party.mjs');
  await assemble(join(root, 'dist', 'package'), thirdPartyNotices());
}
