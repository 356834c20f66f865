// node test/bench/run.mjs [PART …] [--quick | --full]: measures, prints, and writes RESULTS.md where all parts were
// measured. The two sides of a comparison take turns in one run: machines are noisy, and both should have the same noise.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { benchDashboards } from './dashboards.mjs';
import { benchDelivery } from './delivery.mjs';
import { benchFollowing } from './following.mjs';
import { benchIntake } from './intake.mjs';
import { benchLogParsing } from './log-parsing.mjs';
import { benchOtlp } from './otlp.mjs';
import { benchServer } from './server.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean' }, full: { type: 'boolean' } },
});
const strength = values.quick ? 'quick' : values.full ? 'full' : 'usual';
/** The amount for a quick, a usual and a full run. */
const amount = (quick, usual, full = usual) => ({ quick, usual, full })[strength];
const parts = {
  intake: () => benchIntake({ rounds: amount(1, 5), seconds: amount(2, 6) }),
  delivery: () => benchDelivery({ rounds: amount(1, 5), messages: amount(8_000, 40_000) }),
  otlp: () => benchOtlp({ rounds: amount(1, 5) }),
  server: () => benchServer({ waiting: amount(20_000, 200_000, 1_000_000) }),
  logs: () => benchLogParsing(),
  following: () =>
    benchFollowing({ files: amount(100, 1_000), seconds: amount(10, 60), megabytes: amount(20, 100, 1_000) }),
  dashboards: () => benchDashboards({ sizes: amount([100_000, 1_000_000], [1_000_000, 10_000_000]) }),
};
const unknown = positionals.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`No part ${unknown.join(', ')}; there are: ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
const wanted = positionals.length === 0 ? Object.keys(parts) : positionals;
const rows = [];
for (const part of wanted) {
  console.error(`${new Date().toTimeString().slice(0, 8)} ${part}, load ${loadavg()[0].toFixed(1)}`);
  rows.push(...(await parts[part]()));
}
const table = [
  '| what | measured | against | ratio | target |',
  '|---|---|---|---|---|',
  ...rows.map(
    ({ what, measured, against, ratio, target }) =>
      `| ${what} | ${measured} | ${against} | ${typeof ratio === 'number' ? ratio.toFixed(2) : ratio} | ${target} |`,
  ),
].join('\n');
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
const machine = `${strength} run on ${cpus().length} cores (${cpus()[0].model.trim()}), Node ${process.versions.node}, commit ${commit}`;
const text = await format(
  `# Results\n\nMade by \`npm run bench\`: ${machine}. Medians, in brackets the least and the most; the sides of a comparison took turns.\n\n${table}\n`,
  { parser: 'markdown', printWidth: 120 },
);
if (positionals.length === 0 && !values.quick)
  writeFileSync(fileURLToPath(new URL('RESULTS.md', import.meta.url)), text);
process.stdout.write(text);
