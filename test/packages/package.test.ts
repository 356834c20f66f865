import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SaxesParser } from 'saxes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assemble, packageManifest } from '../../server/release/assemble.mjs';
import { thirdPartyNotices } from '../../server/release/third-party.mjs';
import { environment, eventually, startServer, type RunningServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';
import { report } from '../reports.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
// Inside of the repository, whose installed dependencies stand for those of an installation; npm run release installs.
const stage = join(root, 'dist', `package-${process.pid}`);
const folder = testFolder();
let notices = '';
let files: string[] = [];
let server: RunningServer;

beforeAll(async () => {
  mkdirSync(stage, { recursive: true });
  notices = thirdPartyNotices();
  await assemble(stage, notices);
  const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: stage,
    encoding: 'utf8',
  });
  const [{ files: listed }] = JSON.parse(packed) as [{ files: { path: string }[] }];
  files = listed.map(({ path }) => path);
  symlinkSync(join(root, 'server', 'node_modules'), join(stage, 'node_modules'), 'junction');
  server = await startServer(folder, {}, [], join(stage, 'bin', 'fsp.js'));
});

afterAll(async () => {
  await server.kill('SIGTERM');
  rmSync(stage, { recursive: true, force: true });
});

describe('the npm package', () => {
  test('holds the program, the console, dashboards, services, completions and notices, and nothing else', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'bin/fsp.js',
        'dist/main.js',
        'dist/clickhouse/engine-child.cjs',
        'console/plugin/plugin.json',
        'console/plugin/module.js',
        'console/host/index.html',
        'dashboards/queries/why-do-they-fail.sql',
        'deploy/fsp.service',
        'deploy/fsp-service.xml',
        'completions/fsp',
        'completions/_fsp',
        'completions/fsp.fish',
        'openapi.json',
        'CHANGELOG.md',
        'LICENSE',
        'THIRD-PARTY-NOTICES.txt',
      ]),
    );
    expect(files.some((path) => path.startsWith('dist/clickhouse/migrations/') && path.endsWith('.sql'))).toBe(true);
    expect(files.filter((path) => /\.(?:ts|cts|map|zip)$|\.test\.|node_modules|\.built/.test(path))).toEqual([]);
  });

  test('is called by its own name and as fsp, runs no script when it is installed, and pins what it depends on', () => {
    const manifest = packageManifest() as Record<string, Record<string, string> | undefined>;
    expect(Object.keys(manifest.bin ?? {})).toEqual(['fsp', 'fallback-status-point']);
    expect([manifest.scripts, manifest.private]).toEqual([undefined, undefined]);
    for (const version of Object.values({ ...manifest.dependencies, ...manifest.optionalDependencies }))
      expect(version).toMatch(/^\d/);
    // Whatever has native parts can be left out.
    expect(Object.keys(manifest.optionalDependencies ?? {})).toEqual(['@chdb/lib-linux-x64-gnu', 'ffi-rs', 'lmdb']);
  });

  test('names what it is made of, with licences', () => {
    expect(notices).toMatch(/^fastify \d+\.\d+\.\d+\n\nLicence: MIT$/m);
    expect(notices).toMatch(/^systemjs \d/m);
    expect(notices).not.toContain(root);
  });

  test('does the main job: a message is taken, found by a query, and the console is there', async () => {
    expect((await server.post(report({ client: 'PACKED01', state: 313 }))).status).toBe(200);
    await eventually(
      () =>
        server.query<{ client_name: string }>("SELECT client_name FROM state_messages WHERE client_name = 'PACKED01'"),
      (rows) => rows.length === 1,
    );
    const page = await fetch(`${server.management}/login`);
    expect([page.status, await page.text()]).toEqual([200, expect.stringMatching(/token/i)]);
    const module = await fetch(`${server.management}/public/plugins/fallbackstatuspoint-fsp-app/module.js`);
    expect(module.status).toBe(200);
  });

  test('completes commands and flags in bash', () => {
    const completed = (...words: string[]) =>
      execFileSync(
        'bash',
        [
          '-c',
          `. completions/fsp; COMP_WORDS=(fsp "$@"); COMP_CWORD=$#; _fsp; echo "\${COMPREPLY[@]}"`,
          'bash',
          ...words,
        ],
        { cwd: stage, encoding: 'utf8' },
      ).trim();
    expect(completed('sim')).toBe('simulate');
    expect(completed('quarantine', 're')).toBe('retry');
    expect(completed('parse', '--err')).toBe('--errors');
    expect(completed('explain', '--lang', '')).toBe('en fr');
    for (const shell of ['_fsp', 'fsp.fish'])
      expect(readFileSync(join(stage, 'completions', shell), 'utf8')).toMatch(/simulate[^]*failure-rate/);
  });

  test('refuses to be packed from the folder of the workspace, where it lacks its console', () => {
    expect(() => execFileSync('npm', ['pack', '--dry-run'], { cwd: join(root, 'server'), stdio: 'pipe' })).toThrow(
      /npm run release/,
    );
  });
});

describe('what runs it as a service', () => {
  test('the Windows service is well-formed, starts a program that the package has, and keeps secrets out', () => {
    const xml = readFileSync(join(stage, 'deploy', 'fsp-service.xml'), 'utf8');
    const texts: Record<string, string> = {};
    const parser = new SaxesParser();
    let element = '';
    parser.on('opentag', ({ name }) => (element = name));
    parser.on('text', (text) => (texts[element] = (texts[element] ?? '') + text.trim()));
    parser.on('error', (error) => {
      throw error;
    });
    parser.write(xml).close();
    expect(texts).toMatchObject({ id: 'fsp', executable: 'node.exe', username: 'NT AUTHORITY\\LocalService' });
    const program = /node_modules\\fallback-status-point\\(\S+\.js)/.exec(texts.argument ?? '')?.[1] ?? '';
    expect(files).toContain(program.replaceAll('\\', '/'));
    expect(xml).not.toMatch(/_(?:PASSWORD|TOKEN)"/);
  });

  test('the systemd unit starts a program that the package has', () => {
    const unit = readFileSync(join(stage, 'deploy', 'fsp.service'), 'utf8');
    const program = /node_modules\/fallback-status-point\/(\S+)/.exec(unit)?.[1] ?? '';
    expect(files).toContain(program);
  });
});

describe('the container file', () => {
  const recipe = readFileSync(join(root, 'server', 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ');
  const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n').filter(Boolean);

  test('copies files that are there, builds with commands that are there, and leaves no optional dependency out of the build', () => {
    const copied = [...recipe.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources]) => sources!.split(' '));
    expect(copied.length).toBeGreaterThan(5);
    for (const source of copied) {
      expect(existsSync(join(root, source)), source).toBe(true);
      expect(ignored, source).not.toContain(source);
    }
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
    for (const [, script] of recipe.matchAll(/npm run (\w+)/g)) expect(scripts).toHaveProperty(script!);
    expect(recipe).toMatch(/^RUN npm ci (?!.*--omit)/m);
  });

  test('runs as nobody in particular, says whether it is well, and keeps the compiler out', () => {
    expect(recipe.match(/^FROM /gm)).toHaveLength(2);
    expect(recipe).toMatch(/^USER node$/m);
    expect(recipe.indexOf('USER node')).toBeLessThan(recipe.indexOf('ENTRYPOINT'));
    const check = /^HEALTHCHECK .*CMD (\[.*\])$/m.exec(recipe)?.[1] ?? '[]';
    const [program, ...args] = JSON.parse(check) as string[];
    const here = args.map((arg) => arg.replace('/data/', `${folder}/`));
    expect(isAbsolute(folder)).toBe(true);
    expect(program).toBe('node');
    execFileSync(process.execPath, here);
    expect(() => execFileSync(process.execPath, args, { stdio: 'ignore' })).toThrow();
  });
});

test('the folder of a running server tells where it listens, also on ports that were left to chance', () => {
  const told = JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8')) as unknown;
  expect(told).toEqual({ intakeUrl: server.intake, managementUrl: server.management });
  expect(environment(folder)).toMatchObject({ FSP_INTAKE_PORT: '0' });
});
