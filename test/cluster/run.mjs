// node test/cluster/run.mjs [replicas|balancer|shards|doctor|fleet …]: the product over a cluster under faults, and RESULTS.md. See README.md.
import { execFileSync, spawnSync } from 'node:child_process';
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
let failed = 0;
for (const group of wanted) {
  rmSync(join(results, group), { recursive: true, force: true });
  const { status } = spawnSync(
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
  if (status !== 0) failed++;
  if (existsSync(join(results, group)))
    writeFileSync(join(results, group, 'outcome.json'), JSON.stringify({ passed: status === 0, commit }));
}
const file = join(here, 'RESULTS.md');
const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
const [head = ''] = before.split('<!-- figures -->');
writeFileSync(file, `${head}<!-- figures -->\n\n${figures()}`);
process.exitCode = failed === 0 ? 0 : 1;

function figures() {
  const sections = groups
    .filter((group) => existsSync(join(results, group, 'outcome.json')))
    .map((group) => {
      const read = (name) => JSON.parse(readFileSync(join(results, group, name), 'utf8'));
      const { passed, commit: of } = read('outcome.json');
      const lines = readdirSync(join(results, group))
        .filter((name) => name !== 'outcome.json')
        .map((name) => {
          const { scenario, ...rest } = read(name);
          const told = Object.entries(rest).map(([what, value]) => `${what} ${value}`);
          return `- ${scenario}: ${told.join(', ')}`;
        });
      return `## ${group}\n\n${passed ? 'Passed' : 'FAILED'}, commit ${of}.\n\n${lines.join('\n')}\n`;
    });
  return `Node ${process.version}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(0)} at the end.\n\n${sections.join('\n')}`;
}
