// node test/reliability/run.mjs [PART …] [--resume]: the reliability suite at full strength, part by part, and RESULTS.md.
// --resume leaves out the parts that have results of this commit. FSP_TEST_SEED repeats a run.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hostileClients } from './intake/hostile-clients.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../..');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const file = (name) => [vitest, 'run', `test/reliability/${name}.test.ts`];
/** Each part with the commands that make it up; one that ends with another code than 0 has failed. */
const parts = {
  crash: [file('crash')],
  sinks: [file('sinks')],
  disk: [file('disk')],
  soak: [file('soak')],
  spool: [[vitest, 'run', 'server/src/spool']],
  schema: [[vitest, 'run', 'server/src/clickhouse']],
  delivery: [[vitest, 'run', 'test/delivery']],
  growth: [file('growth'), file('patterns')],
  management: [file('management'), file('secrets'), file('stop')],
  intake: [file('intake'), [join(here, 'intake/measure.mjs'), '--seconds', '8']],
  logs: [[join(root, 'test/generated-logs/run.mjs'), '--count', '10000', '--format', 'all']],
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { resume: { type: 'boolean' } } });
const unknown = positionals.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`No part ${unknown.join(', ')}; there are: ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
const results = join(here, 'results');
const folderOf = (part) => join(results, part);
let failed = 0;
for (const part of positionals.length > 0 ? positionals : Object.keys(parts)) {
  const outcome = join(folderOf(part), 'outcome.json');
  if (values.resume && existsSync(outcome) && JSON.parse(readFileSync(outcome, 'utf8')).commit === commit) continue;
  rmSync(folderOf(part), { recursive: true, force: true });
  mkdirSync(folderOf(part), { recursive: true });
  console.log(`\n== ${part}`);
  const begun = performance.now();
  const passed = parts[part].every(
    (command) =>
      spawnSync(process.execPath, command, {
        cwd: root,
        stdio: 'inherit',
        env: {
          ...process.env,
          FSP_RELIABILITY: 'full',
          FSP_TEST_SEEDS: process.env.FSP_TEST_SEEDS ?? '20',
          FSP_RELIABILITY_RESULTS: folderOf(part),
        },
      }).status === 0,
  );
  if (!passed) failed++;
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
  writeFileSync(outcome, `${JSON.stringify({ commit, passed, minutes })}\n`);
}
writeFileSync(join(here, 'RESULTS.md'), summary());
process.exitCode = failed === 0 ? 0 : 1;

function summary() {
  const done = readdirSync(results).filter((part) => existsSync(join(folderOf(part), 'outcome.json')));
  const sections = done.map((part) => {
    const { commit: of, passed, minutes } = JSON.parse(readFileSync(join(folderOf(part), 'outcome.json'), 'utf8'));
    const read = (name) => JSON.parse(readFileSync(join(folderOf(part), name), 'utf8'));
    const names = readdirSync(folderOf(part)).filter((name) => name !== 'outcome.json');
    const attacks = names.includes('attacks.json') ? [hostileClients(read('attacks.json')), ''] : [];
    const figures = names.filter((name) => name !== 'attacks.json').map(read);
    const lines = figures.map(({ part: name, seed, strength, ...rest }) => {
      const told = Object.entries(rest).map(([what, value]) => `${what} ${value}`);
      return `- ${name} (${strength}, seed ${seed}): ${told.join(', ')}`;
    });
    return [
      `## ${part}`,
      '',
      `${passed ? 'Passed' : 'FAILED'} in ${minutes} minutes, commit ${of}.`,
      '',
      ...lines,
      '',
      ...attacks,
    ].join('\n');
  });
  return `# Reliability

Written by \`npm run reliability\` (\`npm run reliability -- crash --resume\` for one part). Node ${process.version},
${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB. Repeat a part with \`FSP_TEST_SEED\` set to its seed.

The oracle: every message can be computed again from its number; an answer 200 is a debt; at the end ClickHouse holds each
debt once, with the content that was sent, and the OpenTelemetry receiver at least once.

${sections.join('\n')}`;
}
