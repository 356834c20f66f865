import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { describeMessage } from '../catalog/describe.js';
import type { Config } from '../config.js';
import { clickHouseError } from '../clickhouse/client.js';
import { FspError } from '../errors.js';
import type { DrainProgress } from '../drain/draining.js';
import type { Spool } from '../spool/spool.js';
import { askServer } from './management-client.js';
import { addConfigOptions, configOfServer } from './options.js';

/** `fsp drain`: empties a receiver before maintenance, or the spool of one that is gone. */
export function registerDrain(program: Command): void {
  const command = program
    .command('drain')
    .description('empties this receiver before maintenance, or delivers the spool of a receiver that is gone')
    .option(
      '--spool <folder>',
      'the data folder of a receiver that is gone; its entries are delivered by this configuration',
    )
    .option('--dry-run', 'with --spool: say what it holds, and deliver nothing')
    .option('--keep-limit', 'what waits passes as the throttle allows, and not at once')
    .option('--resume', 'take messages again')
    .option('--timeout <seconds>', 'give up where nothing moves for so long; what is held stays on disk', '600')
    .addHelpText(
      'after',
      `
This receiver (it must run): it takes no more messages – clients are answered 503 and try another or again –, passes on
what it holds, and the command ends when nothing is held. Then stop it; a start takes messages again.

Examples:
  fsp drain                                    before maintenance; fsp drain --resume undoes it
  fsp drain --spool /mnt/old-disk/fsp          the receiver is gone, its disk is here
`,
    );
  addConfigOptions(command).action(
    async (options: { spool?: string; dryRun?: true; keepLimit?: true; resume?: true; timeout: string }) => {
      const { config } = configOfServer(command);
      if (!/^[1-9]\d{0,6}$/.test(options.timeout))
        throw new FspError('FSP_USAGE', `--timeout is ${JSON.stringify(options.timeout)}; allowed: whole seconds`);
      const patienceMs = Number(options.timeout) * 1000;
      // What is said without --spool is done at once: nothing may look like a rehearsal.
      if (options.dryRun && options.spool === undefined)
        throw new FspError('FSP_USAGE', '--dry-run goes with --spool; this receiver was not drained');
      if (options.resume && (options.spool !== undefined || options.keepLimit))
        throw new FspError('FSP_USAGE', '--resume goes with no other option');
      if (options.spool !== undefined)
        await drainFolder(config, resolve(options.spool), options.dryRun === true, patienceMs);
      else if (options.resume) {
        await askServer(config, '/drain', undefined, { method: 'DELETE' });
        process.stdout.write('Messages are taken again\n');
      } else await drainRunning(config, options.keepLimit === true, patienceMs);
    },
  );
}

async function drainRunning(config: Config, keepLimit: boolean, patienceMs: number): Promise<void> {
  let progress = (await askServer(config, '/drain', { keepLimit })) as DrainProgress;
  let told = '';
  let least = Infinity;
  for (let since = performance.now(); !progress.done;) {
    const line = lineOf(progress);
    if (line !== told) process.stderr.write(`${line}\n`);
    told = line;
    const owed = owedBy(progress);
    if (owed < least) {
      least = owed;
      since = performance.now();
    } else if (performance.now() - since > patienceMs) {
      const until = progress.sinks.some(({ lag, error }) => lag > 0 && error !== null)
        ? 'is delivered when the destination is back'
        : 'passes as the throttle allows';
      throw new FspError(
        'FSP_DRAIN_UNFINISHED',
        `Nothing moves: ${line}. What is held stays on disk and ${until}; fsp drain --resume takes messages again`,
      );
    }
    await sleep(500);
    progress = (await askServer(config, '/drain')) as DrainProgress;
    if (progress.startedAt === null)
      throw new FspError('FSP_DRAIN_UNFINISHED', 'Somebody has ended the draining; messages are taken again');
  }
  process.stdout.write('Nothing is held any more; stop the receiver, or fsp drain --resume\n');
}

/** What all destinations together have still to take. A receiver notes its windows meanwhile: more is no movement. */
function owedBy({ waiting, sinks }: DrainProgress): number {
  return sinks.reduce((owed, { lag }) => owed + waiting + lag, 0);
}

function lineOf({ waiting, sinks }: DrainProgress): string {
  const behind = sinks
    .filter(({ lag }) => lag > 0)
    .map(({ sink, lag, error }) => `${sink} ${lag} behind${error === null ? '' : ` (${error})`}`);
  return [`${waiting} waiting`, ...behind].join(', ');
}

async function drainFolder(config: Config, folder: string, dryRun: boolean, patienceMs: number): Promise<void> {
  if (!existsSync(join(folder, 'spool')))
    throw new FspError('FSP_USAGE', `${folder} is no data folder of a receiver: it has no spool`);
  if (folder === resolve(config.dataDir))
    throw new FspError(
      'FSP_USAGE',
      `${folder} is the data folder of this configuration: fsp serve delivers what it holds`,
    );
  const [{ lockDataDir }, { openSpool }, { readInstance }] = await Promise.all([
    import('../disk/lock.js'),
    import('../spool/open.js'),
    import('../health/instance.js'),
  ]);
  // The kernel's lock: whoever runs on that folder holds it.
  const lock = lockDataDir(folder);
  try {
    const instance = readInstance(folder);
    const owner = {
      serverName: instance?.serverName ?? config.serverName,
      siteCode: instance?.siteCode ?? config.siteCode,
    };
    const spool = await openSpool({ dir: join(folder, 'spool') });
    try {
      const held = heldBy(spool);
      process.stdout.write(`${folder}: the spool of ${owner.serverName}, ${held}\n`);
      if (!dryRun) await deliver({ ...config, ...owner }, config, folder, spool, patienceMs, instance?.id);
    } finally {
      await spool.close();
    }
  } finally {
    lock.release();
  }
}

function heldBy(spool: Pick<Spool, 'stats' | 'sinks'>): string {
  const sinks = spool.sinks.names().map((name) => `${spool.sinks.lag(name)} not yet taken by ${name}`);
  return [`${spool.stats().waiting} messages waiting`, ...sinks].join(', ');
}

async function deliver(
  owner: Config,
  config: Config,
  folder: string,
  spool: Spool,
  patienceMs: number,
  instanceId: string | undefined,
): Promise<void> {
  const [
    { openTarget },
    { drainSpool },
    { Quarantine },
    { createOtlpSink, partialSuccessText },
    { createSiteInboxSink },
    { startTelemetry },
    { ForgottenInSpool },
    { tellDelivered },
  ] = await Promise.all([
    import('./target.js'),
    import('../drain/drain-spool.js'),
    import('../quarantine/quarantine.js'),
    import('../sinks/otlp.js'),
    import('../sinks/site-inbox.js'),
    import('../telemetry.js'),
    import('../forget/in-spool.js'),
    import('../drain/last-sign.js'),
  ]);
  const { version } = await import('../version.js');
  const telemetry = await startTelemetry({
    serviceVersion: version,
    instanceId: owner.serverName,
    hostName: owner.serverName,
  });
  const target = await openTarget({ ...owner, dataDir: config.dataDir });
  try {
    await target.prepare();
    const otlp = await createOtlpSink({
      describe: describeMessage,
      siteCode: owner.siteCode,
      resource: telemetry.resource,
      onPartialSuccess(rejected, said) {
        say(partialSuccessText(rejected, said));
      },
    });
    const inbox = config.siteInbox === '' ? null : createSiteInboxSink(resolve(config.siteInbox));
    const sinks = [target.sink, otlp, inbox].filter((sink) => sink !== null);
    const names = sinks.map(({ name }) => name);
    const without = spool.sinks
      .names()
      .filter((name) => !names.includes(name) && spool.sinks.lag(name) + spool.stats().waiting > 0);
    if (without.length > 0)
      throw new FspError(
        'FSP_USAGE',
        `The spool owes ${without.join(', ')} entries, and this configuration has no such destination; configure it as the receiver had it (OTEL_EXPORTER_OTLP_ENDPOINT, FSP_SITE_INBOX)`,
      );
    let told = '';
    const report = await drainSpool({
      spool,
      sinks,
      quarantine: await Quarantine.open({ dir: join(folder, 'quarantine'), logger: { warn: say, error: say } }),
      forgotten: new ForgottenInSpool(folder, { warn: say }),
      patienceMs,
      onProgress(waiting, behind) {
        const line = `${waiting} waiting, ${behind} behind`;
        if (line !== told) say(line);
        told = line;
      },
    }).catch((error: unknown) => {
      if (error instanceof FspError) throw error;
      throw new FspError(
        'FSP_DRAIN_UNFINISHED',
        `${(error as Error).message}; what is left stays in ${folder}: say it again`,
      );
    });
    const delivered = Object.entries(report.delivered).map(([sink, count]) => `${count} delivered to ${sink}`);
    const refused =
      report.refused === 0 ? '' : `, ${report.refused} refused for good and kept in ${join(folder, 'quarantine')}`;
    process.stdout.write(`${delivered.join(', ')}${refused}; nothing is held any more\n`);
    if (instanceId !== undefined)
      await tellDelivered(target.client, target.placement.database, instanceId).catch((error: unknown) => {
        process.stderr.write(
          `Boards and alerts go on with what its last sign of life told: ${clickHouseError(error).message}; say it again\n`,
        );
      });
  } finally {
    await target.close();
    await telemetry.shutdown();
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
