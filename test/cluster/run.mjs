// node test/cluster/run.mjs [replicas|balancer|shards|doctor|fleet|real …]: the product over a cluster under faults, and RESULTS.md. See README.md.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../..');
const groups = ['replicas', 'balancer', 'shards', 'doctor', 'fleet', 'real'];
const wanted =
  process.argv.length > 2 ? process.argv.slice(2) : process.env.FSP_CLUSTER_URLS ? ['real'] : groups.slice(0, 5);
const unknown = wanted.filter((name) => !groups.includes(name));
if (unknown.length > 0) {
  console.error(`No group ${unknown.join(', ')}; there are: ${groups.join(', ')}`);
  process.exit(2);
}
const results = join(here, 'results');
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
const file = join(here, 'RESULTS.md');
let failed = 0;
for (const group of wanted) {
  rmSync(join(results, group), { recursive: true, force: true });
  const { passed, load } = await run(group);
  if (!passed) failed++;
  if (!existsSync(join(results, group))) continue;
  writeFileSync(join(results, group, 'outcome.json'), JSON.stringify({ passed, commit, load }));
  const [head = ''] = readFileSync(file, 'utf8').split('<!-- figures -->');
  writeFileSync(file, `${head}<!-- figures -->\n\n${figures()}`);
}
process.exitCode = failed === 0 ? 0 : 1;

async function run(group) {
  const child = spawn(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--config',
      'test/cluster/vitest.config.ts',
      `test/cluster/${group}.scenarios.ts`,
    ],
    { cwd: root, stdio: 'inherit', env: { ...process.env, FSP_CLUSTER_RESULTS: results } },
  );
  // What else the machine does decides how long things take, so it is told with them.
  const loads = [loadavg()[0]];
  const timer = setInterval(() => loads.push(loadavg()[0]), 5_000);
  const [status] = await once(child, 'close');
  clearInterval(timer);
  const mean = loads.reduce((sum, load) => sum + load, 0) / loads.length;
  const load = { before: loads[0], mean, most: Math.max(...loads) };
  return { passed: status === 0, load };
}

function figures() {
  const sections = groups
    .filter((group) => existsSync(join(results, group, 'outcome.json')))
    .map((group) => {
      const read = (name) => JSON.parse(readFileSync(join(results, group, name), 'utf8'));
      const { passed, commit: of, load } = read('outcome.json');
      const lines = readdirSync(join(results, group))
        .filter((name) => name !== 'outcome.json')
        .map((name) => {
          const { scenario, ...rest } = read(name);
          const told = Object.entries(rest).map(([what, value]) => `${what} ${value}`);
          return `- ${scenario}: ${told.join(', ')}`;
        });
      const [before, mean, most] = [load.before, load.mean, load.most].map((one) => one.toFixed(0));
      const told = `load ${before} before, ${mean} in the mean, ${most} at most, its own included`;
      return `## ${group}\n\n${passed ? 'Passed' : 'FAILED'}, commit ${of}, ${told}.\n\n${lines.join('\n')}\n`;
    });
  return `Node ${process.version}, ${cpus().length} cores.\n\n${sections.join('\n')}`;
}
