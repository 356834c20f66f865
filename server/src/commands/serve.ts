import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { Command } from 'commander';
import type { App } from '../app.js';
import { serversOf } from '../clickhouse/client.js';
import { settings, type Config } from '../config.js';
import { isLoopback } from '../http/listen.js';
import type { Logger } from '../logger.js';
import { createHeldLogger } from '../logger.js';
import { announceServer, withdrawServer } from '../running-server.js';
import { FileThreads } from '../setup-logs/follow/file-threads.js';
import { programName, quoted, thisInvocation } from './invocation.js';
import { addConfigOptions, configOf } from './options.js';
import { beginServing } from './serving.js';
import { stopSignals } from './stop-signals.js';

/** The stop as a whole; a service manager that waits ten seconds need not kill. */
const stopWithinMs = 7_500;

/**
 * By how much of what it holds the heap may grow until V8 collects all garbage. By itself V8 takes a tenth, and counts
 * bodies that are received as growth: under attack it collected once a second, and everybody waited ten milliseconds
 * (test/reliability/RESULTS.md).
 */
const heapGrowingPercent = 100;

/** `fsp serve`: the fallback status point, until it is told to stop. */
export function registerServe(program: Command): void {
  const command = program
    .command('serve')
    .description('the fallback status point: intake, delivery, management, embedded ClickHouse if no URL is given')
    .option('--demo', 'add a past of some days and a simulated fleet that goes on, to see data at once')
    .addHelpText(
      'after',
      '\nExamples:\n  fsp serve\n  fsp serve --demo\n  fsp serve --intake-port 80 --data-dir /var/lib/fsp\n',
    );
  const shown = [
    'dataDir',
    'siteCode',
    'intakePort',
    'managementPort',
    'clickhouseUrl',
    'setupLogs',
    'logLevel',
  ] as const;
  addConfigOptions(command, shown).action(async (options: { demo?: true }) => {
    beginServing();
    setFlagsFromString(`--heap-growing-percent=${heapGrowingPercent}`);
    const loaded = configOf(command);
    // Asked before anything starts, so that Ctrl+C during a slow start stops cleanly too.
    const stopped = stopSignal();
    // Loaded when it is wanted: other commands start without a server's libraries.
    const { startApp } = await import('../app.js');
    const held = createHeldLogger({ level: loaded.config.logLevel });
    let app: App | undefined;
    try {
      app = await startApp(loaded.config, held.logger);
      announceServer(loaded.config.dataDir, {
        intakeUrl: app.addresses.localIntakeUrl,
        managementUrl: app.addresses.managementUrl,
      });
      say(banner(app, loaded.config));
    } catch (error) {
      // What has started would go on, and listen to no signal.
      await app?.stop();
      throw error;
    } finally {
      held.release();
    }
    warnOfClearText(loaded.config, held.logger);
    const demo = new AbortController();
    const simulation = options.demo ? demonstrate(app, demo.signal) : Promise.resolve();
    await stopped;
    say('Stopping: what is taken stays on disk …\n');
    demo.abort();
    const steps: (() => unknown)[] = [
      () => {
        withdrawServer(loaded.config.dataDir);
      },
      () => Promise.race([simulation, sleep(500)]),
      () => app.stop(),
    ];
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        // A folder that is gone, for one: who was told to stop stops all the same.
        say(`fsp: the stop met ${(error as Error).message}; what is taken is on disk\n`);
        process.exitCode = 1;
      }
    }
    await endProcess();
  });
}

/** For people. Where standard output is no terminal it carries the log, one JSON object a line, and nothing else. */
function say(text: string): void {
  (process.stdout.isTTY ? process.stdout : process.stderr).write(text);
}

/** Secrets that leave this machine unencrypted. */
function warnOfClearText(config: Config, logger: Logger): void {
  const { managementHost, managementTlsCert, clickhouseUrl, clickhousePassword, embeddedClickhouseHost } = config;
  if (managementTlsCert === '' && !isLoopback(managementHost))
    logger.warn(
      `Tokens cross the network in the clear: the management API listens on ${managementHost} without TLS; set FSP_MANAGEMENT_TLS_CERT and FSP_MANAGEMENT_TLS_KEY, or put a TLS proxy on this machine in front and listen on 127.0.0.1`,
    );
  const inTheClear = serversOf(clickhouseUrl)
    .filter((server) => server.startsWith('http:'))
    .map((server) => new URL(server))
    .filter(({ hostname }) => !isLoopback(hostname));
  if (clickhousePassword !== '' && inTheClear.length > 0)
    logger.warn(
      `The password of ClickHouse crosses the network in the clear to ${inTheClear.map(({ host }) => host).join(', ')}; give https addresses in FSP_CLICKHOUSE_URL`,
    );
  if (clickhouseUrl === '' && !isLoopback(embeddedClickhouseHost))
    logger.warn(
      `What people ask the embedded ClickHouse, the reader's password included, crosses the network in the clear: FSP_EMBEDDED_CLICKHOUSE_HOST is ${embeddedClickhouseHost}`,
    );
}

function banner(app: App, { dataDir }: Config): string {
  const { intakeUrl, managementUrl, clickhouse, tokenFile } = app.addresses;
  const fsp = programName(thisInvocation());
  // What another terminal in this folder cannot know by itself.
  const folder =
    resolve(dataDir) === resolve(settings.find(({ key }) => key === 'dataDir')!.default as string)
      ? ''
      : ` --data-dir ${quoted(resolve(dataDir))}`;
  return `
  Fallback status point

  clients post to   ${intakeUrl}/SMS_FSP/.sms_fsp
  console           ${managementUrl}   (sign in with a token; the API is described at /docs)
  ClickHouse        ${clickhouse}
  tokens            ${tokenFile}   (viewer may look, admin may change)

  try next          ${fsp} simulate${folder} --clients 50
                    ${fsp} query${folder} "SELECT client_name, outcome, last_state_text FROM clients LIMIT 10"
  stop              Ctrl+C

`;
}

async function demonstrate(app: App, signal: AbortSignal): Promise<void> {
  const { runDemo } = await import('../demo/demo.js');
  try {
    await runDemo({ ...app.demo, intakeUrl: `${app.addresses.localIntakeUrl}/SMS_FSP/.sms_fsp` }, signal);
  } catch (error) {
    // The demonstration is an extra: the server goes on without it.
    process.stderr.write(`fsp: the simulated fleet stopped: ${(error as Error).message}\n`);
  }
}

/** Whatever still holds on, a socket or a thread of our own, has nothing to do any more. */
async function endProcess(): Promise<never> {
  // Node waits for its threads: one that asks a share that hangs, or a name server, would be waited for for ever.
  const asks = () =>
    FileThreads.underWay > 0 ||
    process.getActiveResourcesInfo().some((kind) => /^(?:FSReq|GetAddrInfo|GetNameInfo)/.test(kind));
  for (let looks = 0; asks() && looks < 10; looks++) await sleep(50);
  if (asks()) {
    process.stderr.write('fsp: a file system or a name server does not answer and is left; what is taken is on disk\n');
    process.kill(process.pid, 'SIGKILL');
  }
  process.exit();
}

/**
 * Ends this process when its stop takes too long, also where its event loop is held up: by a thread beside it, which is
 * there beforehand, because a machine with too much to do takes seconds to start one.
 * @returns begins the time that a stop may take
 */
function watchdog(): () => void {
  const asked = new Int32Array(new SharedArrayBuffer(4));
  const program = `const { workerData: asked } = require('node:worker_threads');
    Atomics.wait(asked, 0, 0);
    Atomics.wait(asked, 0, 1, ${stopWithinMs});
    try {
      require('node:fs').writeSync(2, 'fsp: the stop takes too long and is cut short; what is taken is on disk\\n');
    } catch {
      // Nobody reads it any more.
    }
    process.kill(process.pid, 'SIGKILL');`;
  new Worker(program, { eval: true, workerData: asked, resourceLimits: { maxOldGenerationSizeMb: 8 } })
    .on('error', () => undefined)
    .unref();
  return () => {
    // Told once: a second signal would wake it out of its wait.
    if (Atomics.compareExchange(asked, 0, 0, 1) === 0) Atomics.notify(asked, 0);
  };
}

function stopSignal(): Promise<void> {
  const endInTime = watchdog();
  return new Promise((asked) => {
    for (const signal of stopSignals) {
      process.on(signal, () => {
        asked();
        endInTime();
      });
    }
  });
}
