// node test/bench/run.mjs [PART …] [--quick | --full] [--keep] [--against results.json]: measures and prints. Where all
// parts were measured, and not quickly, RESULTS.md, results.json and the plots are written; with --keep those of some parts
// take the place of what stands there of them. --against compares with the results.json of an earlier run and ends with 1
// where a ratio became worse. The two sides of a comparison take turns in one run: machines are noisy, and both should have
// the same noise.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { compared, toldCompared } from './compare.mjs';
import { benchDashboards } from './dashboards.mjs';
import { benchDelivery } from './delivery.mjs';
import { benchFollowing } from './following.mjs';
import { benchGrowth } from './growth.mjs';
import { benchIntake } from './intake.mjs';
import { benchLogParsing } from './log-parsing.mjs';
import { benchOtlp } from './otlp.mjs';
import { linePlot } from './plot.mjs';
import { benchServer } from './server.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean' },
    full: { type: 'boolean' },
    keep: { type: 'boolean' },
    against: { type: 'string' },
  },
});
const strength = values.quick ? 'quick' : values.full ? 'full' : 'usual';
/** The amount for a quick, a usual and a full run. */
const amount = (quick, usual, full = usual) => ({ quick, usual, full })[strength];
const parts = {
  intake: () => benchIntake({ rounds: amount(1, 5), seconds: amount(2, 6) }),
  delivery: () => benchDelivery({ rounds: amount(1, 5), messages: amount(8_000, 40_000) }),
  otlp: () => benchOtlp({ rounds: amount(1, 5) }),
  server: () =>
    benchServer({
      waiting: amount(20_000, 200_000, 1_000_000),
      settleMs: amount(5_000, 60_000),
      idleMs: amount(10_000, 60_000),
      idleWindows: amount(1, 3),
    }),
  logs: () => benchLogParsing(),
  growth: () =>
    benchGrowth({
      seconds: amount(1, 3),
      connections: amount([8, 64], [1, 8, 64, 256, 1_000]),
      kilobytes: amount([2, 8], [2, 4, 8, 12, 15]),
      waiting: amount([1_000, 10_000], [1_000, 10_000, 50_000, 200_000], [1_000, 10_000, 100_000, 1_000_000]),
    }),
  following: () =>
    benchFollowing({ files: amount(100, 1_000), seconds: amount(10, 60), megabytes: amount(20, 100, 1_000) }),
  dashboards: () => benchDashboards({ sizes: amount([100_000, 1_000_000], [1_000_000, 10_000_000]) }),
};
const unknown = positionals.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`No part ${unknown.join(', ')}; there are: ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
// Read before an hour is spent on what it is to be compared with.
const earlier = values.against === undefined ? null : JSON.parse(readFileSync(values.against, 'utf8'));
const wanted = positionals.length === 0 ? Object.keys(parts) : positionals;
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
const machine = `${cpus().length} cores (${cpus()[0].model.trim()}), Node ${process.versions.node}`;
const standing = values.keep && positionals.length > 0 ? JSON.parse(readFileSync(here('results.json'), 'utf8')) : null;
if (standing !== null && (standing.machine !== machine || standing.strength !== strength)) {
  console.error(
    `What stands there is a ${standing.strength} run on ${standing.machine}, and this is none: run all of it`,
  );
  process.exit(2);
}
const measured = [];
const drawn = [];
for (const part of wanted) {
  console.error(`${new Date().toTimeString().slice(0, 8)} ${part}, load ${loadavg()[0].toFixed(1)}`);
  const found = await parts[part]();
  const at = `${commit}, load ${loadavg()[2].toFixed(0)}`;
  measured.push(...(found.rows ?? found).map((row) => ({ part, at, ...row, ratio: Number(row.ratio) })));
  drawn.push(...(found.plots ?? []).map((plot) => ({ part, ...plot })));
}
/** What was measured now, and of the other parts what stands there, in the order of the parts. */
const withStanding = (now, before = []) =>
  Object.keys(parts).flatMap((name) => (wanted.includes(name) ? now : before).filter(({ part }) => part === name));
const rows = withStanding(measured, standing?.rows);
const plots = withStanding(
  drawn.map(({ part, file, title }) => ({ part, file, title })),
  standing?.plots,
);
const comparison = earlier === null ? null : compared(earlier.rows, measured);
const text = [
  '# Results',
  '',
  `Made by \`npm run bench\`: ${strength} run on ${machine}. Medians, in brackets the least and the most; the sides of a comparison took turns. \`npm run bench -- --against test/bench/results.json\` tells what became worse.`,
  '',
  ...Object.keys(parts).flatMap((part) => {
    const those = rows.filter((row) => row.part === part);
    return those.length === 0
      ? []
      : [
          `## ${part}, at ${those[0].at}`,
          '',
          '| what | measured | against | ratio | target |',
          '|---|---|---|---|---|',
          ...those.map(
            ({ what, measured: told, against, ratio, target }) =>
              `| ${what} | ${told} | ${against} | ${ratio < 0.1 ? ratio.toFixed(3) : ratio.toFixed(2)} | ${target} |`,
          ),
          '',
        ];
  }),
  'What was measured by other means: [OBSERVED.md](OBSERVED.md).',
  '',
  ...plots.map(({ file, title }) => `![${title}](plots/${file})`),
  '',
].join('\n');
const pretty = (page) => format(page, { parser: 'markdown', printWidth: 120 });
if (standing !== null || (positionals.length === 0 && !values.quick)) {
  mkdirSync(here('plots'), { recursive: true });
  for (const plot of drawn) writeFileSync(here(`plots/${plot.file}`), linePlot(plot));
  writeFileSync(here('RESULTS.md'), await pretty(text));
  writeFileSync(here('results.json'), `${JSON.stringify({ machine, strength, rows, plots }, null, 2)}\n`);
}
process.stdout.write(await pretty(text));
if (comparison !== null) {
  process.stdout.write(await pretty(toldCompared(comparison, values.against)));
  if (comparison.both.length === 0 || comparison.both.some(({ worse }) => worse)) process.exitCode = 1;
}
