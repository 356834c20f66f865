// How an honest client fares while the intake is attacked:
//   node test/reliability/intake/measure.mjs [--seconds 6] [--only 'NAME;…'] [--program server/bin/fsp.js]
// An honest client posts fifty times a second; each attack comes from a process of its own, and the time before it is
// the quiet value that it is compared with, because both then share the same machine at the same time.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { attacks, report } from './attacks.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** A server in a process of its own, with an honest client at its side. */
export async function startMeasuring({ program = here('../../../server/bin/fsp.js') } = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'fsp-intake-'));
  const server = spawn(process.execPath, [program, 'serve'], {
    env: {
      PATH: process.env.PATH,
      FSP_DATA_DIR: dataDir,
      FSP_INTAKE_HOST: '127.0.0.1',
      FSP_INTAKE_PORT: '0',
      FSP_MANAGEMENT_PORT: '0',
      FSP_EMBEDDED_CLICKHOUSE_PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (chunk) => (said = (said + chunk).slice(-100_000)));
  for (let waited = 0; !said.includes('Ctrl+C'); waited += 50) {
    if (server.exitCode !== null || waited > 60_000) throw new Error(`the server did not start: ${said}`);
    await sleep(50);
  }
  const port = Number(/clients post to\s+http:\/\/[^:]+:(\d+)/.exec(said)[1]);
  const management = /console\s+(\S+)/.exec(said)[1];
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
    return { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99), failures, count: latencies.length };
  }
  await honest(2);
  return {
    port,
    management,
    pid: server.pid,
    said: () => said,
    honest,
    /** One attack, and the quiet before it. */
    async measure(name, seconds) {
      const quiet = await honest(Math.max(2, seconds / 2));
      const before = usage(server.pid);
      let peak = before;
      const watch = setInterval(() => {
        const now = usage(server.pid);
        peak = { rss: Math.max(peak.rss, now.rss), descriptors: Math.max(peak.descriptors, now.descriptors) };
      }, 100);
      const attacker = spawn(process.execPath, [here('attacker.mjs'), name, String(port), String(seconds + 1)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let outcome = '';
      attacker.stdout.on('data', (chunk) => (outcome += chunk));
      const gone = new Promise((resolve) => attacker.once('close', resolve));
      await sleep(700);
      const attacked = await honest(seconds);
      await Promise.race([gone, sleep(5_000)]);
      attacker.kill('SIGKILL');
      clearInterval(watch);
      await sleep(1_500);
      return { name, quiet, attacked, before, peak, after: usage(server.pid), outcome };
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

function percentile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] * 10) / 10;
}

/** Memory in MiB and open descriptors of a process, as Linux tells them. */
function usage(pid) {
  const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  return { rss: Math.round(rss / 1024), descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { seconds: { type: 'string', default: '6' }, only: { type: 'string' }, program: { type: 'string' } },
  });
  const measuring = await startMeasuring(values);
  const names = values.only === undefined ? Object.keys(attacks) : values.only.split(';');
  console.log(
    '| attack | quiet p50 / p99 ms | attacked p50 / p99 ms | ratio of p99 | not 200 | RSS MiB before → peak → after | descriptors | attacker saw |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const name of names) {
    const { quiet, attacked, before, peak, after, outcome } = await measuring.measure(name, Number(values.seconds));
    console.log(
      `| ${name} | ${quiet.p50} / ${quiet.p99} | ${attacked.p50} / ${attacked.p99} | ${(attacked.p99 / quiet.p99).toFixed(1)} | ${JSON.stringify(attacked.failures)} | ${before.rss} → ${peak.rss} → ${after.rss} | ${before.descriptors} → ${peak.descriptors} → ${after.descriptors} | ${outcome.replaceAll('|', '/')} |`,
    );
  }
  console.log(`\nstop: ${await measuring.stop()} ms`);
  process.exit();
}
