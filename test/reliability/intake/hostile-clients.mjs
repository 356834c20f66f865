// The section of RESULTS.md about hostile clients, of what measure.mjs kept: node hostile-clients.mjs attacks.json
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** How much longer 99 of 100 honest requests may take under an attack than beside it. */
const allowed = 2;

export function hostileClients({ seconds, rounds, from, stopMs, load: machine = null, results }) {
  const ratio = ({ quiet, attacked }) => attacked.p99 / quiet.p99;
  const kept = results.filter((one) => ratio(one) <= allowed);
  const beyond = results.filter((one) => ratio(one) > allowed).toSorted((a, b) => ratio(b) - ratio(a));
  const failed = results.filter(({ failures }) => Object.keys(failures).length > 0);
  const rows = results.map((one) => {
    const { name, quiet, attacked, ratios, failures, before, peak, after, load } = one;
    const refused = Object.entries(failures).map(([answer, times]) => `${times} × ${answer}`);
    return `| ${name} | ${quiet.p50} / ${quiet.p99} | ${attacked.p50} / ${attacked.p99} | ${ratio(one).toFixed(1)} (${ratios.join(', ')}) | ${refused.join(', ') || 'none'} | ${before.rss}, ${peak.rss}, ${after.rss} | ${load.toFixed(2)} |`;
  });
  return [
    '### Hostile clients',
    '',
    "An honest client's milliseconds, half and 99 of 100 of them, at fifty requests a second: quiet beside a process that",
    `takes as much of the processor as the attacker took, and under attack, in ${rounds} turns, ${seconds} s of each in all: the`,
    'turn with the median ratio, and the ratios of all. The attackers came from',
    `${from}, the honest client from 127.0.0.1. intake/measure.mjs says why that is fair.`,
    '',
    `The promise, ${allowed} times the quiet value at most, is kept in ${kept.length} of ${results.length} attacks.${beyond.length === 0 ? '' : ` Beyond it: ${beyond.map((one) => `${one.name} ${ratio(one).toFixed(1)}`).join(', ')}.`}`,
    `${failed.length === 0 ? 'No honest request failed.' : `Honest requests failed under ${failed.map(({ name }) => name).join(', ')}.`} ${stopMs === null ? 'The run was stopped before its end.' : `The stop after all of them took ${(stopMs / 1_000).toFixed(1)} s.`}${machine === null ? '' : ` The machine had a load of ${machine}.`}`,
    '',
    '| attack | quiet | attacked | ratio of 99 of 100 | honest ones not taken | memory in MiB before, at most, after | part of a core that the attacker took |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  console.log(hostileClients(JSON.parse(readFileSync(process.argv[2], 'utf8'))));
