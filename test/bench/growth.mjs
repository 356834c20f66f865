// How the cost of what is taken grows: with the number of connections, with the size of a report, and with what waits.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processorMs, run, startScript, startServer, stop } from './processes.mjs';
import { startWith } from './server.mjs';

const usualConnections = 64;

/** Rows of the results, and plots. What has more than 16 KiB is read at a pace, which is no measure of cost. */
export async function benchGrowth({ seconds, connections, kilobytes, waiting }) {
  const folder = mkdtempSync(join(tmpdir(), 'fsp-bench-'));
  try {
    const sides = {
      fsp: await startServer(join(folder, 'data')),
      discard: await startScript('discarding-server.mjs'),
    };
    for (const [side, { url }] of Object.entries(sides))
      await run('load.mjs', url, `W${side}`, usualConnections, seconds);
    let tried = 0;
    const cost = async (side, count, kb) => {
      const { child, url } = sides[side];
      const before = processorMs(child.pid);
      const { answers } = await run('load.mjs', url, `G${tried++}N`, count, seconds, 0, kb * 1_024);
      if (Object.keys(answers).join() !== '200') throw new Error(`${side} answered ${JSON.stringify(answers)}`);
      return ((processorMs(child.pid) - before) * 1_000) / answers[200];
    };
    const grows = async (steps, of) => {
      const lines = { fsp: [], discard: [] };
      for (const step of steps) for (const side of ['discard', 'fsp']) lines[side].push([step, await of(side, step)]);
      return lines;
    };
    const byConnections = await grows(connections, (side, count) => cost(side, count, 0));
    const bySize = await grows(kilobytes, (side, kb) => cost(side, usualConnections, kb));
    for (const side of Object.values(sides)) await stop(side);

    const starts = [];
    const memory = [];
    for (const count of waiting) {
      const { startS, mb } = await startWith(join(folder, `waiting-${count}`), count);
      starts.push([count, startS]);
      memory.push([count, mb]);
    }
    const both = ({ fsp, discard }) => [
      { name: 'taken and kept', points: fsp },
      { name: 'read and discarded', points: discard },
    ];
    return {
      rows: [
        rowOf('growth.connections', 'connections', byConnections),
        rowOf('growth.size', 'KB of a report', bySize),
        {
          key: 'growth.waiting',
          what: `memory with ${shown(waiting.at(-1))} waiting just after the start, MB that no file stands behind`,
          measured: memory.at(-1)[1].toFixed(0),
          against: `${memory[0][1].toFixed(0)} with ${shown(waiting[0])}`,
          ratio: memory[0][1] / memory.at(-1)[1],
          target: '',
        },
      ],
      plots: [
        {
          file: 'connections.svg',
          title: 'Processor for a request, by connections',
          x: 'connections',
          y: 'µs',
          series: both(byConnections),
        },
        {
          file: 'size.svg',
          title: 'Processor for a request, by size of its report',
          x: 'KB',
          y: 'µs',
          series: both(bySize),
        },
        {
          file: 'start.svg',
          title: 'From start to taking messages, by what waits',
          x: 'messages that wait',
          y: 's',
          series: [{ name: 'start', points: starts }],
        },
        {
          file: 'memory.svg',
          title: 'Memory that no file stands behind, by what waits',
          x: 'messages that wait',
          y: 'MB',
          series: [{ name: 'after the start', points: memory }],
        },
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How many times as much the largest step costs as the smallest, beside what it costs who discards. */
function rowOf(key, of, { fsp, discard }) {
  const times = (points) => points.at(-1)[1] / points[0][1];
  const [[from], [to]] = [fsp[0], fsp.at(-1)];
  return {
    key,
    what: `processor for a request with ${shown(to)} ${of}, times that with ${shown(from)}`,
    measured: times(fsp).toFixed(2),
    against: `${times(discard).toFixed(2)} read and discarded`,
    ratio: times(discard) / times(fsp),
    target: '',
  };
}

function shown(value) {
  return value.toLocaleString('en');
}
