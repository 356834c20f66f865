// How an honest client fares while the intake is attacked:
//   node test/reliability/intake/measure.mjs [--seconds 18] [--rounds 3] [--only 'NAME;…'] [--from 127.0.0.1]
//     [--program server/bin/fsp.js]
//
// An honest client posts fifty times a second. Attack and quiet take turns, round by round, so that what else the machine
// does meets both; of the rounds the one counts whose ratio is the median, and the others' ratios stand beside it. Server,
// honest client and attacker share two cores here, while a real attacker brings his own. Hence:
// - the attacker's process gets what the others leave of the processors, as all his computing would be done elsewhere
//   (Linux's class "idle", by chrt; with a lower priority alone the server stood still for as long as the attacker took to
//   open a hundred connections: gaps of 15 ms in which it used 1 ms); where there is no chrt its priority is lower by ten;
// - each quiet has a process of the same priority that takes as much processor time as the attacker took and does
//   nothing with it: what is compared is what the attack does to the server, not what its sender does to the machine;
// - run by root on Linux, the whole group of processes comes before the machine's other work.
// By default the attacker has the honest client's address (one NAT, one proxy), the harder case for limits of an
// address; --from gives him another one.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { getPriority, loadavg, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { environment, nodeOptions } from '../../bench/processes.mjs';
import { attacks, report } from './attacks.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
/** How much lower an attacker's priority is than the server's. */
const attackersPriority = 10;
const leftOver =
  process.platform === 'linux' && spawnSync('chrt', ['--version']).status === 0 ? ['chrt', '--idle', '0'] : [];
/** A script beside the server, with what the server leaves it of the processors. */
function spawnBeside(script, parameters, stdio) {
  const [command, ...rest] = [...leftOver, process.execPath, script, ...parameters].map(String);
  return spawn(command, rest, { stdio });
}
/** From an attack's begin to the first honest request that counts. */
const settlingMs = 700;
/** A machine with much else to do takes its time for a start. */
const startWithinMs = 180_000;

/** A server in a process of its own, with an honest client at its side. */
export async function startMeasuring({ program = here('../../../server/bin/fsp.js'), from = '127.0.0.1' } = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'fsp-intake-'));
  const server = spawn(process.execPath, [...nodeOptions, program, 'serve'], {
    env: environment(dataDir),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (chunk) => (said = (said + chunk).slice(-100_000)));
  for (let waited = 0; !said.includes('Ctrl+C'); waited += 50) {
    if (server.exitCode !== null || waited > startWithinMs) throw new Error(`the server did not start: ${said}`);
    await sleep(50);
  }
  const port = Number(/clients post to\s+http:\/\/[^:]+:(\d+)/.exec(said)[1]);
  const management = /console\s+(\S+)/.exec(said)[1];
  const priority = Math.min(19, getPriority() + attackersPriority);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 50 });
  let serial = 0;
  /** Latencies in milliseconds, and answers that were no 200, over some seconds. */
  async function honest(seconds) {
    const latencies = [];
    const failures = {};
    const waiting = [];
    for (const end = Date.now() + seconds * 1_000; Date.now() < end; await sleep(20)) {
      waiting.push(
        honestPost(port, agent, report({ client: 'HONEST', serial: serial++ })).then(({ ms, answer }) => {
          latencies.push(ms);
          if (answer !== 200) failures[answer] = (failures[answer] ?? 0) + 1;
        }),
      );
    }
    await Promise.all(waiting);
    return { latencies, failures };
  }

  /** Honest requests while one attack is under way, and what it took. */
  async function underAttack(name, seconds) {
    const before = usage(server.pid);
    let peak = before;
    const watch = setInterval(() => {
      const now = usage(server.pid);
      peak = { rss: Math.max(peak.rss, now.rss), descriptors: Math.max(peak.descriptors, now.descriptors) };
    }, 100);
    const lasts = seconds + settlingMs / 1_000;
    const attacker = spawnBeside(
      here('attacker.mjs'),
      [name, port, lasts, from, priority],
      ['ignore', 'pipe', 'inherit'],
    );
    let told = '';
    attacker.stdout.on('data', (chunk) => (told += chunk));
    const gone = new Promise((resolve) => attacker.once('close', resolve));
    await sleep(settlingMs);
    const { latencies, failures } = await honest(seconds);
    await Promise.race([gone, sleep(10_000)]);
    attacker.kill('SIGKILL');
    clearInterval(watch);
    await sleep(1_500);
    const { outcome = 'did not end', cpuSeconds = lasts } = told === '' ? {} : JSON.parse(told);
    return { latencies, failures, before, peak, after: usage(server.pid), outcome, load: cpuSeconds / lasts };
  }

  /** Honest requests alone, beside a process that takes `load` of one core. */
  async function alone(seconds, load) {
    const processes = Array.from({ length: Math.ceil(load) }, () =>
      spawnBeside(here('neutral.mjs'), [load / Math.ceil(load), priority], ['pipe', 'ignore', 'inherit']),
    );
    await sleep(settlingMs);
    const { latencies } = await honest(seconds);
    for (const one of processes) one.kill('SIGKILL');
    return latencies;
  }

  await honest(2);
  return {
    port,
    management,
    pid: server.pid,
    said: () => said,
    /** Memory in MiB and descriptors. */
    usage: () => usage(server.pid),
    underAttack,
    /** Attack and quiet in turn; the round whose ratio is the median. */
    async measure(name, seconds, rounds) {
      const pairs = [];
      const failures = {};
      let last;
      for (let round = 0; round < rounds; round++) {
        last = await underAttack(name, seconds / rounds);
        for (const [answer, times] of Object.entries(last.failures)) failures[answer] = (failures[answer] ?? 0) + times;
        const attacked = halves(last.latencies);
        const quiet = halves(await alone(seconds / rounds, last.load));
        pairs.push({ attacked, quiet, ratio: attacked.p99 / quiet.p99 });
      }
      const inOrder = pairs.toSorted((one, other) => one.ratio - other.ratio);
      const { attacked, quiet } = inOrder[Math.floor(rounds / 2)];
      const ratios = inOrder.map(({ ratio }) => Math.round(ratio * 10) / 10);
      const { before, peak, after, outcome, load } = last;
      return { name, quiet, attacked, ratios, failures, before, peak, after, outcome, load };
    },
    async stop() {
      agent.destroy();
      const begun = Date.now();
      const closed = new Promise((resolve) => server.once('close', resolve));
      server.kill('SIGTERM');
      await Promise.race([closed, sleep(20_000)]);
      server.kill('SIGKILL');
      rmSync(dataDir, { recursive: true, force: true });
      return Date.now() - begun;
    },
  };
}

function honestPost(port, agent, body) {
  const begun = performance.now();
  return new Promise((resolve) => {
    const done = (answer) => resolve({ answer, ms: performance.now() - begun });
    const request = http.request(
      { port, host: '127.0.0.1', method: 'POST', path: '/SMS_FSP/.sms_fsp', agent, timeout: 30_000 },
      (answer) => answer.resume().once('end', () => done(answer.statusCode)),
    );
    request.once('timeout', () => request.destroy()).once('error', (error) => done(error.code ?? error.message));
    request.end(body);
  });
}

function halves(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] * 10) / 10;
  return { p50: at(0.5), p99: at(0.99), count: sorted.length };
}

/** Memory in MiB and open descriptors of a process, as Linux tells them. */
function usage(pid) {
  const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  return { rss: Math.round(rss / 1024), descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

/** Linux shares its cores between sessions first, and then between the processes of each. */
function beforeOtherWork() {
  if (process.getuid?.() !== 0) return;
  try {
    writeFileSync('/proc/self/autogroup', '-15');
  } catch {
    setPriority(getPriority() - attackersPriority);
  }
}

/** All attacks one after the other, as a table, and as a file for RESULTS.md. */
async function main() {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '18' },
      rounds: { type: 'string', default: '3' },
      only: { type: 'string' },
      from: { type: 'string' },
      program: { type: 'string' },
    },
  });
  beforeOtherWork();
  const measuring = await startMeasuring(values);
  const names = values.only === undefined ? Object.keys(attacks) : values.only.split(';');
  const results = [];
  console.log(
    '| attack | quiet p50 / p99 ms | attacked p50 / p99 ms | ratio of p99 | not 200 | RSS MiB before → peak → after | descriptors | attacker took of a core | and saw |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const name of names) {
    const measured = await measuring.measure(name, Number(values.seconds), Number(values.rounds));
    const { quiet, attacked, ratios, failures, before, peak, after, outcome, load } = measured;
    results.push(measured);
    keep(values, null, results);
    console.log(
      `| ${name} | ${quiet.p50} / ${quiet.p99} | ${attacked.p50} / ${attacked.p99} | ${(attacked.p99 / quiet.p99).toFixed(1)} of ${ratios.join(', ')} | ${JSON.stringify(failures)} | ${before.rss} → ${peak.rss} → ${after.rss} | ${before.descriptors} → ${peak.descriptors} → ${after.descriptors} | ${load.toFixed(2)} | ${JSON.stringify(outcome).replaceAll('|', '/')} |`,
    );
  }
  const stopMs = await measuring.stop();
  console.log(`\nstop: ${stopMs} ms`);
  keep(values, stopMs, results);
}

/** For RESULTS.md: after each attack, so that a run that is stopped leaves what it has. */
function keep({ seconds, rounds, from = '127.0.0.1' }, stopMs, results) {
  const folder = process.env.FSP_RELIABILITY_RESULTS;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  const kept = {
    seconds: Number(seconds),
    rounds: Number(rounds),
    from,
    stopMs,
    load: Math.round(loadavg()[1]),
    results,
  };
  writeFileSync(join(folder, 'attacks.json'), `${JSON.stringify(kept, null, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main();
  process.exit();
}
