// npm run bench: measures, prints, and writes RESULTS.md. Ratios are taken side by side on one machine.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { benchDashboards } from './dashboards.mjs';
import { benchIntake } from './intake.mjs';
import { benchLogParsing } from './log-parsing.mjs';

const rows = [...(await benchIntake()), ...benchLogParsing(), ...(await benchDashboards())];
const table = [
  '| what | measured | against | ratio | target |',
  '|---|---|---|---|---|',
  ...rows.map(
    ({ what, measured, against, ratio, target }) => `| ${what} | ${measured} | ${against} | ${ratio} | ${target} |`,
  ),
].join('\n');
const machine = `${cpus().length} cores, Node ${process.versions.node}`;
const text = await format(`# Results\n\nMade by \`npm run bench\`: ${machine}.\n\n${table}\n`, {
  parser: 'markdown',
  printWidth: 120,
});
writeFileSync(fileURLToPath(new URL('RESULTS.md', import.meta.url)), text);
process.stdout.write(text);
