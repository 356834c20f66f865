import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Command } from 'commander';
import type { App } from '../app.js';
import { addConfigOptions, configOf } from './options.js';

/** The stop as a whole; a service manager that waits ten seconds need not kill. */
const stopWithinMs = 9_000;

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
  addConfigOptions(command).action(async (options: { demo?: true }) => {
    serving = true;
    const loaded = configOf(command);
    // Asked before anything starts, so that Ctrl+C during a slow start stops cleanly too.
    const stopped = stopSignal();
    // Loaded when it is wanted: other commands start without a server's libraries.
    const { startApp } = await import('../app.js');
    const app = await startApp(loaded.config);
    process.stdout.write(banner(app));
    const demo = new AbortController();
    const simulation = options.demo ? demonstrate(app, demo.signal) : Promise.resolve();
    await stopped;
    process.stdout.write('Stopping: what is taken stays on disk …\n');
    demo.abort();
    await Promise.race([simulation, sleep(500)]);
    await app.stop();
    // Whatever still holds on, a socket or a thread, has nothing to do any more.
    process.exit();
  });
}

let serving = false;

/** Whether this process is the server, which goes on where nobody reads what it says. */
export function isServing(): boolean {
  return serving;
}

function banner(app: App): string {
  const { intakeUrl, managementUrl, clickhouse, tokenFile } = app.addresses;
  return `
  Fallback status point

  clients post to   ${intakeUrl}/SMS_FSP/.sms_fsp
  console           ${managementUrl}   (sign in with a token; the API is described at /docs)
  ClickHouse        ${clickhouse}
  tokens            ${tokenFile}

  try next          npx fsp simulate --clients 50
                    npx fsp query "SELECT client_name, outcome, last_state_text FROM clients LIMIT 10"
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

/** Ends this process when its stop takes too long, also where its event loop is held up: by a thread beside it. */
function endInTime(): void {
  const program = `setTimeout(() => {
    require('node:fs').writeSync(2, 'fsp: the stop takes too long and is cut short; what is taken is on disk\\n');
    process.kill(process.pid, 'SIGKILL');
  }, ${stopWithinMs})`;
  new Worker(program, { eval: true }).on('error', () => undefined).unref();
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        resolve();
        endInTime();
      });
    }
  });
}
