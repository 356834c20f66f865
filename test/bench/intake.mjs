// Durable intake (decode, flushed to disk, then 200) against the same Fastify that reads and discards the same body.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processorMs, run, startScript, startServer, stop, median, told } from './processes.mjs';

const connections = 64;

/** Rows of the results. */
export async function benchIntake({ rounds, seconds }) {
  const folder = mkdtempSync(join(tmpdir(), 'fsp-bench-'));
  const sides = {
    fsp: await startServer(join(folder, 'data')),
    discard: await startScript('discarding-server.mjs'),
  };
  try {
    const rates = { fsp: [], discard: [] };
    const processor = { fsp: [], discard: [] };
    for (let round = 0; round < rounds; round++)
      for (const side of ['discard', 'fsp']) {
        const { child, url } = sides[side];
        const before = processorMs(child.pid);
        const { perSecond, answers } = await run('load.mjs', url, `${side}${round}R`, connections, seconds);
        if (Object.keys(answers).join() !== '200') throw new Error(`${side} answered ${JSON.stringify(answers)}`);
        processor[side].push(((processorMs(child.pid) - before) * 1000) / answers[200]);
        rates[side].push(perSecond);
      }
    const half = Math.round(median(rates.fsp) / 2);
    const late = { fsp: [], discard: [] };
    for (let round = 0; round < rounds; round++)
      for (const side of ['discard', 'fsp'])
        late[side].push((await run('load.mjs', sides[side].url, `${side}${round}L`, connections, seconds, half)).p99);
    return [
      {
        key: 'intake.rate',
        what: `durable intake, ${connections} connections, requests a second`,
        measured: told(rates.fsp),
        against: `${told(rates.discard)} read and discarded`,
        ratio: median(rates.fsp) / median(rates.discard),
        target: '≥ 0.45',
      },
      {
        key: 'intake.processor',
        what: 'durable intake, processor for a request, µs',
        measured: told(processor.fsp, 1),
        against: `${told(processor.discard, 1)} read and discarded`,
        ratio: median(processor.discard) / median(processor.fsp),
        target: '≥ 0.45',
      },
      {
        key: 'intake.late',
        what: `99 of 100 answers at half of that rate (${half.toLocaleString('en')}/s) within ms`,
        measured: told(late.fsp, 1),
        against: `${told(late.discard, 1)} read and discarded`,
        ratio: median(late.discard) / median(late.fsp),
        target: '≤ 10 ms',
      },
    ];
  } finally {
    for (const side of Object.values(sides)) await stop(side);
    rmSync(folder, { recursive: true, force: true });
  }
}
