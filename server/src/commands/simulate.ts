import type { Command } from 'commander';
import { FspError } from '../errors.js';
import { shownAddress } from '../http/shown-address.js';
import { addConfigOptions, configOfServer, intakeUrlOf } from './options.js';
import { stopSignals } from './stop-signals.js';
import { parseDuration, runSimulation, type SimulationOptions, type SimulationSummary } from '../simulation/run.js';

type Flags = Record<'clients' | 'rate' | 'failureRate' | 'seed' | 'over' | 'connections', string> & {
  start?: string;
  url?: string;
};

/** `fsp simulate`: a fleet of clients, plausible in what happens to it, sent over HTTP. */
export function registerSimulate(program: Command): void {
  const command = program
    .command('simulate')
    .description('a simulated fleet of clients: installations with their failures, sent over HTTP as real clients do')
    .option('--url <url>', 'where to post (default: the server of this folder and environment)')
    .option('--clients <number>', 'size of the fleet', '200')
    .option('--rate <number>', 'messages a second; 0 for as fast as it goes', '200')
    .option('--failure-rate <share>', 'share of installations that fail at least once', '0.08')
    .option('--seed <number>', 'the same seed and start give the same messages', '1')
    .option('--over <duration>', 'span that the story covers: 90s, 15m, 24h, 7d', '24h')
    .option('--start <time>', 'begin of the story in ISO 8601 (default: so that it ends now)')
    .option('--connections <number>', 'connections at a time', '16')
    .addHelpText(
      'after',
      '\nExamples:\n  fsp simulate --clients 1000 --failure-rate 0.2\n  fsp simulate --seed 7 --start 2026-01-01T00:00:00Z --over 7d\n',
    );
  addConfigOptions(command, ['dataDir', 'intakePort']).action(async (flags: Flags) => {
    const url = flags.url ?? intakeUrlOf(configOfServer(command).config);
    const options = optionsOf(flags, url);
    const stop = new AbortController();
    for (const signal of stopSignals)
      process.once(signal, () => {
        stop.abort();
      });
    const progress = progressLine();
    const summary = await runSimulation(options, stop.signal, progress.show);
    progress.clear();
    process.stdout.write(textOf(summary));
    if (summary.lastRefusal !== null)
      throw new FspError(
        'FSP_SIMULATION_FAILED',
        `${url} refused ${summary.refused} messages, the last with status ${summary.lastRefusal}; name the address to which clients post with --url`,
      );
  });
}

function optionsOf(flags: Flags, url: string): SimulationOptions {
  const over = parseDuration(flags.over);
  const start = flags.start === undefined ? Date.now() - over : Date.parse(flags.start);
  if (Number.isNaN(start))
    throw new FspError(
      'FSP_USAGE',
      `--start is ${JSON.stringify(flags.start)}; allowed: a time such as 2026-01-01T00:00:00Z`,
    );
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new FspError('FSP_USAGE', `--url is ${JSON.stringify(shownAddress(url))}; allowed: http://host:port/path`);
  return {
    url,
    clients: number('--clients', flags.clients, 1, 99_999),
    rate: number('--rate', flags.rate, 0, 1_000_000),
    failureRate: number('--failure-rate', flags.failureRate, 0, 1, false),
    seed: number('--seed', flags.seed, 0, 2_000_000_000),
    connections: number('--connections', flags.connections, 1, 1_000),
    over,
    start,
  };
}

function number(flag: string, text: string, from: number, to: number, whole = true): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value >= from && value <= to) || (whole && !Number.isInteger(value))) {
    throw new FspError(
      'FSP_USAGE',
      `${flag} is ${JSON.stringify(text)}; allowed: a ${whole ? 'whole ' : ''}number from ${from} to ${to}`,
    );
  }
  return value;
}

/** Rewritten in place on a terminal; elsewhere a line every ten seconds. */
function progressLine() {
  const terminal = process.stderr.isTTY;
  let shownAt = 0;
  return {
    show(done: number, of: number) {
      const now = performance.now();
      if (now - shownAt < (terminal ? 100 : 10_000)) return;
      shownAt = now;
      const text = `${done} of ${of} messages sent (${Math.floor((done / of) * 100)} %)`;
      process.stderr.write(terminal ? `\r${text}` : `${text}\n`);
    },
    clear() {
      if (terminal) process.stderr.write('\r\u001b[K');
    },
  };
}

function textOf({ clients, sent, refused, retried, byOutcome, seconds }: SimulationSummary): string {
  const outcomes = Object.entries(byOutcome)
    .sort(([, a], [, b]) => b - a)
    .map(([outcome, count]) => `  ${outcome.padEnd(16)} ${count}\n`);
  const rate = Math.round(sent / Math.max(seconds, 0.001));
  return `${clients} clients, ${sent} messages sent in ${seconds.toFixed(1)} s (${rate}/s), ${refused} refused, ${retried} tried again\n${outcomes.join('')}`;
}
