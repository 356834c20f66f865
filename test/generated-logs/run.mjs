// node test/generated-logs/run.mjs --count 10000 --format all --seed 1
// Reads generated logs and compares with what is true of them; ends with 1 where the product is not right enough.
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { runnerImport } from 'vite';

const formats = ['ccm', 'simple', 'role_setup', 'msi'];
/** What must be reached: verdicts always, causes nearly always, and nothing wrong in silence. */
const smallestShareOfCauses = 0.99;

if (isMainThread) process.exitCode = await main();
else await work();

/** One share of the logs, in a thread of its own. */
async function work() {
  const { module } = await runnerImport(fileURLToPath(new URL('strength.ts', import.meta.url)), {
    configFile: false,
    logLevel: 'error',
  });
  parentPort.postMessage({ tally: await module.tryLogs(workerData, (logs) => parentPort.postMessage({ logs })) });
}

async function main() {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '10000' },
      format: { type: 'string', default: 'all' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
      'follow-every': { type: 'string', default: '20' },
    },
  });
  const [count, seed, followEvery] = [values.count, values.seed, values['follow-every']].map(Number);
  const chosen = values.format === 'all' ? formats : formats.filter((format) => format === values.format);
  if (chosen.length === 0 || ![count, seed, followEvery].every(Number.isSafeInteger)) {
    console.error(`Give --format all or one of ${formats.join(', ')}, and whole numbers for the rest`);
    return 2;
  }
  const folder = join(tmpdir(), `fsp-generated-logs-${seed}`);
  console.log(`${count} logs of each format, seed ${seed}`);
  const results = [];
  for (const format of chosen) results.push([format, await tryFormat({ format, seed, count, followEvery, folder })]);
  const misread = results.flatMap(([format, { failed }]) => failed.map((one) => [format, one]));
  for (const [format, { seed: of, kind, findings }] of misread.slice(0, 60)) {
    console.log(`${format} --seed ${of} (${kind})`);
    for (const { aspect, what } of findings.slice(0, 3)) console.log(`    ${aspect}: ${what.slice(0, 400)}`);
  }
  if (misread.length > 0) console.log(`Logs that were misread are in ${folder}`);
  console.table(Object.fromEntries(results.map(([format, tally]) => [format, row(tally)])));
  return results.every(([, tally]) => isGoodEnough(tally)) ? 0 : 1;
}

async function tryFormat(share) {
  const threads = Math.max(1, Math.min(availableParallelism(), Math.ceil(share.count / 200)));
  let done = 0;
  const tallies = await Promise.all(
    Array.from({ length: threads }, (_, index) => {
      const own = Math.floor(share.count / threads) + (index < share.count % threads ? 1 : 0);
      const workerOptions = { workerData: { ...share, count: own, seed: share.seed + index, step: threads } };
      const worker = new Worker(fileURLToPath(import.meta.url), workerOptions);
      return new Promise((resolve, reject) => {
        worker.on('error', reject);
        worker.on('message', ({ logs, tally }) => {
          if (tally !== undefined) resolve(tally);
          done += logs ?? 0;
          if (process.stderr.isTTY) process.stderr.write(`\r${share.format}: ${done} of ${share.count} `);
        });
      });
    }),
  );
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  return tallies.reduce((sum, tally) => added(sum, tally));
}

/** Two tallies as one: numbers are added, lists joined, and so within. */
function added(one, other) {
  if (typeof one === 'number') return one + other;
  if (Array.isArray(one)) return [...one, ...other];
  return Object.fromEntries(Object.keys(one).map((key) => [key, added(one[key], other[key])]));
}

function share(all, wrong) {
  return all === 0 ? '–' : `${((100 * Math.max(0, all - wrong)) / all).toFixed(3)} %`;
}

function row({ logs, bytes, runs, causes, times, followed, wrong }) {
  return {
    logs,
    MB: Math.round(bytes / 1e6),
    runs,
    verdicts: share(runs, wrong.verdict),
    causes: share(causes, wrong.cause),
    evidence: share(runs, wrong.evidence),
    times,
    'wrong times': wrong.time,
    'wrong texts': wrong.text,
    'secrets shown': wrong.secret,
    'cut otherwise': wrong.split,
    followed,
    'followed otherwise': wrong.follow,
  };
}

function isGoodEnough({ causes, wrong: { verdict, cause, evidence, ...others } }) {
  const causesRight = causes === 0 || (causes - Math.max(cause, evidence)) / causes >= smallestShareOfCauses;
  return verdict === 0 && causesRight && Object.values(others).every((number) => number === 0);
}
