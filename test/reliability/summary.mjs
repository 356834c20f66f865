// RESULTS.md, of what the parts have written.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostileClients } from './intake/hostile-clients.mjs';

/** @param results the folder with a folder for each part */
export function summary(results) {
  const parts = readdirSync(results).filter((part) => existsSync(join(results, part, 'outcome.json')));
  return `# Reliability

Written by \`npm run reliability\`, which takes less than two hours (\`npm run reliability -- crash --resume\` goes on with one
part; \`FSP_TEST_SEED\` repeats one). *Load* is what the machine had to do in all, in waiting processes over five minutes.

The oracle: every message can be computed again from its number; an answer 200 is a debt; at the end ClickHouse holds each
debt once, with the content that was sent, and the OpenTelemetry receiver at least once.

${parts.map((part) => section(join(results, part), part)).join('\n')}
## What cannot be told

- An empty answer 200 is a good one by OpenTelemetry's protocol: a proxy that gives one takes records away unseen.
- Damage to the last second of the journal, before any checkpoint, looks like a write that was torn.
`;
}

function section(folder, part) {
  const read = (name) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const { commit, passed, minutes, node, cores } = read('outcome.json');
  const names = readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'outcome.json');
  const attacks = names.includes('attacks.json') ? [hostileClients(read('attacks.json')), ''] : [];
  const figures = names.filter((name) => name !== 'attacks.json').map(read);
  const rounds = figures.filter(({ part: name }) => /-\d+$/.test(name));
  const outcome =
    passed === null
      ? `Was stopped; what it had done until then`
      : `${passed ? 'Passed' : 'FAILED'} in ${minutes} minutes`;
  return [
    `## ${part}`,
    '',
    `${outcome}, commit ${commit}, Node ${node}, ${cores} cores.`,
    '',
    ...(rounds.length > 1 ? [line(together(rounds))] : []),
    ...figures.map(line),
    '',
    ...attacks,
  ].join('\n');
}

function line({ part, seed, strength, load, ...rest }) {
  const told = Object.entries(rest).map(([what, value]) => `${what} ${value}`);
  return `- ${part} (${strength}, seed ${seed}, load ${load}): ${told.join(', ')}`;
}

/** Figures of all rounds: what is slowest or most is the greatest of them, all else their sum. */
function together(rounds) {
  const all = { part: `all ${rounds.length} rounds`, strength: rounds[0].strength, seed: 'as below' };
  all.load = `${Math.min(...rounds.map(({ load }) => load))} to ${Math.max(...rounds.map(({ load }) => load))}`;
  for (const [what, value] of Object.entries(rounds[0])) {
    if (typeof value !== 'number' || what === 'seed' || what === 'load') continue;
    const values = rounds.map((round) => round[what]);
    all[what] = /slowest|most|within/.test(what)
      ? Math.max(...values)
      : Math.round(values.reduce((sum, one) => sum + one, 0) * 10) / 10;
  }
  return all;
}
