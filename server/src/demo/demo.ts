import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Value } from 'typebox/value';
import type { Acknowledgements } from '../acknowledgements/acknowledgements.js';
import { keptJson } from '../disk/kept-file.js';
import { writeWholeSync } from '../disk/whole-file.js';
import { FspError } from '../errors.js';
import type { ExpectedLists } from '../expected/expected-lists.js';
import { findFiles } from '../import/find-files.js';
import { entriesOf } from '../intake/accept.js';
import { importFiles, type ImportOptions } from '../import/import.js';
import { roleInputSchema, type RoleConfiguration } from '../roles/role.js';
import type { Roles } from '../roles/roles.js';
import { simulateFleet } from '../simulation/fleet.js';
import { createSender } from '../simulation/run.js';
import { wireReport } from '../simulation/wire.js';
import { ccmsetupLog, clientMsiLog, collectedMachine } from './client-logs.js';
import { collectedAt, historyClients, pastMessages, type PastMessage } from './history.js';
import { acknowledgedCause, directoryExport } from './directory.js';
import { msiLog, roleSetupLog } from './setup-logs.js';

const hour = 3_600_000;
const againMs = 2_000;
/** So little that the fleet's rush of its first minutes waits, and is through before long. */
const demoLimit = { messageCount: 100, throttleIntervalSeconds: 60 };
/** Machines that get their client while one looks on: in a rush at first, then as a day has them. */
const rush = { clients: 90, over: 10 * 60_000 };
const everyday = { clients: 160, over: hour };

export interface DemoOptions {
  import: Omit<ImportOptions, 'timezone' | 'onBytes'>;
  /** ClickHouse, ready to take the past. */
  prepare(): Promise<void>;
  roles: Pick<Roles, 'create' | 'change' | 'remove' | 'history'>;
  acknowledgements: Pick<Acknowledgements, 'acknowledge'>;
  expected: Pick<ExpectedLists, 'load'>;
  intakeUrl: string;
  serverName: string;
  /** Where it is kept that the past is not complete. */
  dataDir: string;
  logger: { warn(message: string): void };
  now?: number;
}

/** What `demo.json` in the data folder says while the past is not complete: the moment before which it lies. */
interface Begun {
  begunAt: number;
}

/** What was done of the past before: whether it was tried, and the batches of it that are there for sure, by their ids. */
interface Before {
  again: boolean;
  sent: Set<string>;
}

/**
 * A fallback status point as it is after a week, and what goes on there: its past by the way of `fsp import`, its role
 * with a history, and a fleet that posts as it goes. Does nothing to a past that is there already, and completes one that
 * was interrupted: by ClickHouse, which is asked again until it takes it, or by the end of an earlier process.
 */
export async function runDemo(options: DemoOptions, signal: AbortSignal): Promise<void> {
  const now = options.now ?? Date.now();
  const sent = new Set<string>();
  let told = '';
  while (!signal.aborted) {
    try {
      await makePast(options, now, sent);
      break;
    } catch (error) {
      // What ClickHouse does not take now it takes later.
      if (!(error instanceof FspError) || error.statusCode !== 503) throw error;
      if (told !== error.message) options.logger.warn(`The demonstration's past waits: ${error.message}`);
      told = error.message;
      await sleep(againMs, undefined, { signal }).catch(() => undefined);
    }
  }
  await live(options, now, signal);
}

async function makePast(options: DemoOptions, now: number, sent: Set<string>): Promise<void> {
  await options.prepare();
  const file = join(options.dataDir, 'demo.json');
  const begun = keptJson(file, (found): found is Begun => typeof (found as Begun | null)?.begunAt === 'number');
  if (begun === null) {
    if ((await versionsOf(options, options.serverName)) > 0) return;
    writeWholeSync(file, JSON.stringify({ begunAt: now } satisfies Begun));
  }
  const begunAt = begun?.begunAt ?? now;
  await makeRoles(options);
  await importPast(options, begunAt, { again: begun !== null, sent });
  await sayOfIt(options, begunAt);
  rmSync(file);
}

/** How often a role was changed, its beginning counted. */
async function versionsOf({ roles }: DemoOptions, server: string): Promise<number> {
  try {
    return (await roles.history(server)).value.length;
  } catch (error) {
    if (error instanceof FspError && error.code === 'FSP_ROLE_NOT_FOUND') return 0;
    throw error;
  }
}

/** Those of its changes that are not made yet. */
async function makeRoles(options: DemoOptions): Promise<void> {
  const { roles, serverName } = options;
  const role = (name: string) =>
    Value.Default(roleInputSchema, {
      serverName: name,
      intranetFqdn: `${name.toLowerCase()}.contoso.com`,
    }) as RoleConfiguration;
  const name = serverName.split('.', 1)[0]!.slice(0, 15);
  const own = role(name);
  const changes = {
    [name]: [
      () => roles.create(own, 'ada'),
      () => roles.change(name, { ...own, messageCount: 2_000 }, 1, 'grace'),
      () => roles.change(name, { ...own, ...demoLimit, otherRoles: ['distribution_point'] }, 2, 'ada'),
    ],
    FSPOLD: [() => roles.create(role('FSPOLD'), 'ada'), () => roles.remove('FSPOLD', 1, 'grace')],
  };
  for (const [server, steps] of Object.entries(changes))
    for (const step of steps.slice(await versionsOf(options, server))) await step();
}

/** What was received before now, as it was delivered then: by the hour, so that nothing seems to have waited for days. */
async function deliverPast({ import: { sink } }: DemoOptions, now: number, { again, sent }: Before): Promise<void> {
  const byHour = new Map<number, PastMessage[]>();
  for (const past of pastMessages(now)) {
    const its = Math.floor(past.receivedAt / hour);
    byHour.set(its, [...(byHour.get(its) ?? []), past]);
  }
  const hours = [...byHour.values()];
  const deliverNext = async () => {
    for (let messages = hours.shift(); messages !== undefined; messages = hours.shift()) {
      const entries = messages.flatMap(({ message, receivedAt }) =>
        entriesOf(wireReport(message), { receivedAt, clientAddress: message.clientAddress }),
      );
      const createdAt = messages.at(-1)!.receivedAt;
      // The same on every attempt: what is there already counts once.
      const id = createHash('sha256').update(`demonstration ${now} ${createdAt}`).digest('hex').slice(0, 32);
      if (sent.has(id)) continue;
      await sink.deliver({ id, createdAt, entries }, again);
      sent.add(id);
    }
  };
  // Somebody waits for it, and each insert waits for a disk: several at a time.
  const ends = await Promise.allSettled(Array.from({ length: 4 }, deliverNext));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** What was received and followed before now: messages delivered, logs put into files as they would be found, and imported. */
async function importPast(options: DemoOptions, now: number, before: Before): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'fsp-demo-'));
  try {
    await deliverPast(options, now, before);
    const setupAt = now - 5 * 24 * hour;
    await importLogs(join(folder, 'role'), 'C:\\SMS\\logs', setupAt + 3 * hour, options.import, {
      'SMSFSPSetup.log': roleSetupLog(setupAt),
      'fspMSI.log': msiLog(setupAt),
    });
    const failedAt = collectedAt(now);
    const ofMachine = { ...options.import, hostName: collectedMachine };
    await importLogs(join(folder, 'client'), 'C:\\Windows\\ccmsetup\\Logs', failedAt + hour, ofMachine, {
      'ccmsetup.log': ccmsetupLog(failedAt),
      'client.msi.log': clientMsiLog(failedAt),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Logs as they would be found in a folder, imported. */
async function importLogs(
  folder: string,
  leftIn: string,
  writtenAt: number,
  options: DemoOptions['import'],
  logs: Record<string, string>,
): Promise<void> {
  mkdirSync(folder);
  for (const [name, text] of Object.entries(logs)) {
    writeFileSync(join(folder, name), Buffer.from(`\ufeff${text}`, 'utf16le'));
    utimesSync(join(folder, name), writtenAt / 1000, writtenAt / 1000);
  }
  const found = await findFiles([folder]);
  // Where the set-up leaves them, and not the folder of this moment.
  const asLeft = found.logs.map((log) => ({ ...log, path: `${leftIn}\\${basename(log.path)}` }));
  await importFiles({ logs: asLeft, reports: [], refused: [] }, { ...options, timezone: 'UTC' });
}

/** What people said of that past: a failure that is taken care of, and which machines their directory has. */
async function sayOfIt({ acknowledgements, expected }: DemoOptions, now: number): Promise<void> {
  await acknowledgements.acknowledge(
    { cause: acknowledgedCause, clientName: '' },
    'Distribution point PAR-DP02 is rebuilt tonight (CHG0041187)',
    now + 2 * 24 * hour,
    'grace',
    now,
  );
  await expected.load(Buffer.from(directoryExport(now)), {
    list: 'contoso.com',
    mode: 'replace',
    fileName: 'computers.csv',
    by: 'ada',
  });
}

/** The fleet from now on, each message when its time has come, hour after hour. */
async function live({ intakeUrl }: DemoOptions, now: number, signal: AbortSignal): Promise<void> {
  const sender = createSender({ url: intakeUrl, connections: 4 }, signal);
  try {
    let firstIndex = historyClients;
    let start = now;
    // Until the server stops.
    for (let part = 0; !signal.aborted; part++) {
      const { clients, over } = part === 0 ? rush : everyday;
      const story = simulateFleet({ clients, over, failureRate: 0.15, seed: 100 + part, start, firstIndex });
      for (const message of story) {
        const due = message.at - Date.now();
        if (due > 0) await sleep(due, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return;
        await sender.send(message);
      }
      firstIndex += clients;
      start = Math.max(start + over, Date.now());
    }
  } finally {
    sender.close();
  }
}
