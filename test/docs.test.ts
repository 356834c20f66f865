import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { environment, startServer, type RunningServer } from './server-process.js';
import { testFolder } from './test-folder.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && !path.startsWith('test/fixtures/'));
const textOf = (page: string) => readFileSync(join(root, page), 'utf8');

interface Block {
  line: number;
  source: string;
  /** Why a test cannot run it; '' where it can. */
  notRun: string;
}

/** The commands of a page: its fenced blocks of `sh`. */
function commandsOf(page: string): Block[] {
  return [...textOf(page).matchAll(/^```sh(?: not-run="([^"\n]+)")?\n([^]*?)^```$/gm)].map((match) => ({
    line: textOf(page).slice(0, match.index).split('\n').length,
    notRun: match[1] ?? '',
    source: match[2] ?? '',
  }));
}

/** The anchors that a page's headings get on the usual hosting pages. */
const anchorsOf = (page: string) =>
  [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );

test('the page on OpenTelemetry names every metric', () => {
  const source = execFileSync('git', ['grep', '-hE', '\\.create[A-Za-z]+\\(', '--', 'server/src'], {
    cwd: root,
    encoding: 'utf8',
  });
  const metrics = [...source.matchAll(/\.create\w+\('(fsp\.[a-z_.]+)'/g)].map(([, name]) => name);
  expect(metrics.length).toBeGreaterThan(15);
  const page = textOf('server/docs/opentelemetry.md');
  expect(metrics.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

describe('links', () => {
  test.each(pages)('of %s lead somewhere', (page) => {
    const prose = textOf(page).replaceAll(/^```[^]*?^```$/gm, '');
    const broken = [...prose.matchAll(/\]\(<?([^)\s>]+)>?\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !/^[a-z]+:/i.test(link))
      .filter((link) => {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? page : join(dirname(page), path);
        if (!existsSync(join(root, target))) return true;
        return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).includes(anchor);
      });
    expect(broken).toEqual([]);
  });
});

describe('commands', () => {
  const folder = testFolder();
  const dataDir = join(folder, 'data');
  // A reader stands in the repository, with the data folder of a running server in it.
  for (const name of readdirSync(root)) if (name !== 'data') symlinkSync(join(root, name), join(folder, name));
  const fence = pages.flatMap((page) => commandsOf(page).map((block) => ({ page, ...block })));
  // A page in another language has the same commands.
  const run = fence.filter(
    ({ notRun, source }, index) => notRun === '' && fence.findIndex((one) => one.source === source) === index,
  );
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(dataDir);
  });
  afterAll(async () => {
    await server.kill('SIGTERM');
  });

  test('there are commands to run', () => {
    expect(run.length).toBeGreaterThan(10);
  });

  // None needs what another did.
  test.concurrent.each(run)('$page:$line', async ({ source }) => {
    // `npx` takes seconds to find what stands beside it; that it does is npm's own.
    const script = source
      .replaceAll('npx fsp ', `'${process.execPath}' server/bin/fsp.js `)
      .replaceAll('http://127.0.0.1:8080', server.intake)
      .replaceAll('http://127.0.0.1:8081', server.management);
    const child = spawn('sh', ['-e', '-c', script], {
      cwd: folder,
      env: { ...environment(dataDir), TOKEN: server.token, HOME: folder, TMPDIR: folder, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [out, error, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    // `fsp parse` of a log whose installation failed ends with 1: it did what the page says.
    const judged = /\bfsp parse\b/.test(source) && (code === 1 || code === 3);
    expect(judged ? 0 : code, `${out}\n${error}`).toBe(0);
  });
});
