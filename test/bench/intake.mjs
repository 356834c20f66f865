// Durable intake (decode, flushed to disk, then 200) against the same Fastify that reads and discards the same body.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { performance } from 'node:perf_hooks';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../server/bin/fsp.js', import.meta.url));
const discarding = fileURLToPath(new URL('./discarding-server.mjs', import.meta.url));
const message = new URL('../fixtures/reports/installed-client.utf16le.smx', import.meta.url);
const connections = 64;
const seconds = 4;

/** Rows of the results: what, measured, against, ratio. */
export async function benchIntake() {
  const template = readFileSync(message).toString('utf16le');
  const folder = mkdtempSync(join(tmpdir(), 'fsp-bench-'));
  const server = spawn(process.execPath, ['--v8-pool-size=1', program, 'serve'], {
    env: {
      PATH: process.env.PATH,
      FSP_DATA_DIR: folder,
      FSP_INTAKE_HOST: '127.0.0.1',
      FSP_INTAKE_PORT: '0',
      FSP_MANAGEMENT_PORT: '0',
      FSP_EMBEDDED_CLICKHOUSE_PORT: '0',
      FSP_EMBEDDED_CLICKHOUSE_NATIVE_PORT: '0',
    },
  });
  const baseline = spawn(process.execPath, [discarding]);
  // A pipe that nobody reads would stop the server once it is full.
  server.stdout.resume();
  try {
    const url = await said(server.stderr, /clients post to\s+(\S+)\/SMS_FSP/);
    const baselineUrl = await said(baseline.stdout, /(http:\S+)/);
    const rates = { fsp: [], baseline: [] };
    for (let round = 0; round < 3; round++) {
      rates.baseline.push(await rate(baselineUrl, template, `b${round}`));
      rates.fsp.push(await rate(url, template, `f${round}`));
    }
    const [fsp, discard] = [Math.max(...rates.fsp), Math.max(...rates.baseline)];
    return [
      {
        what: `durable intake, ${connections} connections`,
        measured: `${Math.round(fsp).toLocaleString('en')} requests/s`,
        against: `${Math.round(discard).toLocaleString('en')} requests/s read and discarded`,
        ratio: (fsp / discard).toFixed(3),
        target: '≥ 0.45',
      },
    ];
  } finally {
    for (const child of [server, baseline]) {
      const closed = once(child, 'close');
      child.kill('SIGTERM');
      await closed;
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

async function said(stream, pattern) {
  let text = '';
  for await (const chunk of stream) {
    text += chunk;
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) {
      return found;
    }
  }
  throw new Error(`it did not start: ${text}`);
}

/** Requests a second, each with a message of its own: the spool recognises one that it has. */
async function rate(url, template, run) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const end = performance.now() + seconds * 1000;
  let done = 0;
  const client = async (number) => {
    for (let serial = 0; performance.now() < end; serial++) {
      const name = `${run}C${number}N${serial}`;
      const body = Buffer.from(template.replace(/<NetBIOSName>[^<]*/, `<NetBIOSName>${name}`), 'utf16le');
      if ((await post(agent, `${url}/SMS_FSP/.sms_fsp`, body)) === 200) done++;
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, number) => client(number)));
  agent.destroy();
  return done / seconds;
}

function post(agent, url, body) {
  return new Promise((resolve, reject) => {
    const call = request(url, { agent, method: 'POST', headers: { 'content-length': body.length } }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode));
    });
    call.on('error', reject).end(body);
  });
}
