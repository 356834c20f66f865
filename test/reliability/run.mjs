// node test/reliability/run.mjs [PART …] [--resume]: the reliability suite at full strength, part by part, and RESULTS.md.
// --resume leaves out what has results of this commit already: whole parts, and rounds of the crashes. FSP_TEST_SEED
// repeats a run. --summary only writes RESULTS.md of what there is.
import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { summary } from './summary.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../..');
const results = join(here, 'results');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const file = (name, ...more) => [vitest, 'run', `test/reliability/${name}.test.ts`, ...more];
/** Each part with the commands that make it up; one that ends with another code than 0 has failed. */
const parts = {
  crash: [file('crash')],
  soak: [file('soak')],
  outage: [file('sinks', '-t', 'hang for long')],
  sinks: [file('sinks', '-t', 'whatever happens')],
  disk: [file('disk')],
  spool: [[vitest, 'run', 'server/src/spool', 'server/src/report']],
  schema: [[vitest, 'run', 'server/src/clickhouse']],
  delivery: [[vitest, 'run', 'test/delivery']],
  growth: [file('growth'), file('patterns')],
  management: [file('management'), file('secrets'), file('stop'), file('share')],
  logs: [[join(root, 'test/generated-logs/run.mjs'), '--count', '10000', '--format', 'all']],
  intake: [file('intake'), [join(here, 'intake/measure.mjs'), '--seconds', '24']],
};
/**
 * What runs at the same time, in three rows of about the same length: an hour of soaking and half an hour of outage leave
 * most of the processor to others, and what else is there makes both harder. Hostile clients are measured when nothing
 * else runs.
 */
const lanes = [
  [
    ['crash', 'spool', 'growth'],
    ['soak', 'management', 'logs'],
    ['outage', 'sinks', 'disk', 'schema', 'delivery'],
  ],
  [['intake']],
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { resume: { type: 'boolean' }, summary: { type: 'boolean' } },
});
const unknown = positionals.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`No part ${unknown.join(', ')}; there are: ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
const wanted = (part) => positionals.length === 0 || positionals.includes(part);
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
const folderOf = (part) => join(results, part);
const outcomeOf = (part) => {
  const path = join(folderOf(part), 'outcome.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
};
let failed = 0;
if (!values.summary) {
  for (const together of lanes)
    await Promise.all(
      together.map(async (lane) => {
        for (const part of lane) if (wanted(part)) await run(part);
      }),
    );
}
writeFileSync(join(here, 'RESULTS.md'), summary(results));
process.exitCode = failed === 0 ? 0 : 1;

async function run(part) {
  const before = outcomeOf(part);
  const goesOn = values.resume && before?.commit === commit;
  if (goesOn && before.passed) return;
  if (!goesOn) rmSync(folderOf(part), { recursive: true, force: true });
  mkdirSync(folderOf(part), { recursive: true });
  // Where it is stopped, that is what stays.
  const keep = (outcome) => {
    writeFileSync(
      join(folderOf(part), 'outcome.json'),
      `${JSON.stringify({ commit, node: process.version, cores: cpus().length, ...outcome })}\n`,
    );
  };
  const earlier = goesOn ? Number(before.minutes) : 0;
  keep({ passed: null, minutes: earlier.toFixed(1) });
  const output = join(folderOf(part), 'output.txt');
  console.log(`${clock()} ${part} begins; what it says: ${output}`);
  const begun = performance.now();
  let passed = true;
  for (const command of parts[part]) passed = passed && (await succeeds(command, part, output));
  if (!passed) failed++;
  const minutes = (earlier + (performance.now() - begun) / 60_000).toFixed(1);
  keep({ passed, minutes, load: Math.round(loadavg()[2]) });
  console.log(`${clock()} ${part} ${passed ? 'passed' : 'FAILED'} in ${minutes} minutes`);
}

function succeeds(command, part, output) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, command, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        FSP_RELIABILITY: 'full',
        FSP_TEST_SEEDS: process.env.FSP_TEST_SEEDS ?? '20',
        FSP_RELIABILITY_RESULTS: folderOf(part),
      },
    });
    const said = createWriteStream(output, { flags: 'a' });
    child.stdout.pipe(said, { end: false });
    child.stderr.pipe(said, { end: false });
    child.once('close', (code) => {
      said.end();
      resolve(code === 0);
    });
  });
}

function clock() {
  return new Date().toTimeString().slice(0, 8);
}
