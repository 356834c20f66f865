import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** What a driver answered to a question, values as text; or what it says went wrong. */
export interface Answer {
  columns?: string[];
  rows?: string[][];
  error?: string;
}

/** A program around a driver that others wrote. */
export interface Driver {
  name: string;
  /** Programs that it needs. */
  needs: readonly string[];
  /** Downloads and builds it, once. */
  prepare(): Promise<void>;
  /** Asks by name and SQL. */
  ask(questions: Record<string, string>, env: Record<string, string>): Promise<Record<string, Answer>>;
}

const here = fileURLToPath(new URL('.', import.meta.url));
/** What was downloaded and built; npm's own convention for such folders. */
const cache = join(here, '../../node_modules/.cache/clients');

/** Whether a program is on this machine. */
export function has(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}

const asJson = (questions: Record<string, string>) => JSON.stringify(questions);
const python = join(cache, 'python/bin/python');
const go = join(cache, 'go/ask');
const jars = join(cache, 'java');

const goDriver = (protocol: string): Driver => ({
  name: `clickhouse-go over ${protocol}`,
  needs: ['go'],
  async prepare() {
    if (!existsSync(go)) await run('go', ['build', '-o', go, '.'], { cwd: join(here, 'go') });
  },
  ask: (questions, env) => run(go, [], { env: { ...env, PROTOCOL: protocol }, input: asJson(questions) }).then(parsed),
});

export const drivers: readonly Driver[] = [
  {
    name: 'clickhouse-connect (Python)',
    needs: ['python3'],
    async prepare() {
      if (existsSync(join(cache, 'python/ready'))) return;
      await run('python3', ['-m', 'venv', join(cache, 'python')]);
      await run(python, ['-m', 'pip', 'install', '--quiet', 'clickhouse-connect==1.12.0']);
      mkdirSync(join(cache, 'python/ready'));
    },
    ask: (questions, env) => run(python, [join(here, 'python/ask.py')], { env, input: asJson(questions) }).then(parsed),
  },
  {
    name: 'clickhouse-jdbc (Java)',
    needs: ['java', 'mvn'],
    async prepare() {
      if (existsSync(join(jars, 'Ask.class'))) return;
      const pom = join(here, 'java/pom.xml');
      await run('mvn', ['-q', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${jars}`]);
      await run('javac', ['-d', jars, join(here, 'java/Ask.java')]);
    },
    ask: (questions, env) =>
      run('java', ['-cp', `${jars}:${jars}/*`, 'Ask'], {
        env,
        input: Object.entries(questions)
          .map(([name, sql]) => `${name}\t${Buffer.from(sql).toString('base64')}`)
          .join('\n'),
      }).then(parsed),
  },
  goDriver('native'),
  goDriver('http'),
];

function parsed(json: string): Record<string, Answer> {
  return JSON.parse(json) as Record<string, Answer>;
}

async function run(
  program: string,
  args: string[],
  more: { cwd?: string; env?: Record<string, string>; input?: string } = {},
): Promise<string> {
  const child = spawn(program, args, {
    ...(more.cwd === undefined ? {} : { cwd: more.cwd }),
    env: { ...process.env, ...more.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined).end(more.input ?? '');
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  if (code !== 0)
    throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${stderr.slice(-2_000)}${stdout.slice(-500)}`);
  return stdout;
}
