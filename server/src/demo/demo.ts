import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Value } from 'typebox/value';
import type { Acknowledgements } from '../acknowledgements/acknowledgements.js';
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
  now?: number;
}

/**
 * A fallback status point as it is after a week, and what goes on there: its past by the way of `fsp import`, its role
 * with a history, and a fleet that posts as it goes. Does nothing to a past that is there already.
 */
export async function runDemo(options: DemoOptions, signal: AbortSignal): Promise<void> {
  const now = options.now ?? Date.now();
  await options.prepare();
  if (await makeRoles(options)) {
    await importPast(options, now);
    await sayOfIt(options, now);
  }
  await live(options, now, signal);
}

/** @returns false where the demonstration ran here before */
async function makeRoles({ roles, serverName }: DemoOptions): Promise<boolean> {
  const known = await roles.history(serverName).catch(() => null);
  if (known !== null) return false;
  const role = (name: string) =>
    Value.Default(roleInputSchema, {
      serverName: name,
      intranetFqdn: `${name.toLowerCase()}.contoso.com`,
    }) as RoleConfiguration;
  const name = serverName.split('.', 1)[0]!.slice(0, 15);
  const own = role(name);
  await roles.create(own, 'ada');
  await roles.change(name, { ...own, messageCount: 2_000 }, 1, 'grace');
  await roles.change(name, { ...own, ...demoLimit, otherRoles: ['distribution_point'] }, 2, 'ada');
  await roles.create(role('FSPOLD'), 'ada');
  await roles.remove('FSPOLD', 1, 'grace');
  return true;
}

/** What was received before now, as it was delivered then: by the hour, so that nothing seems to have waited for days. */
async function deliverPast({ import: { sink } }: DemoOptions, now: number): Promise<void> {
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
      const id = randomBytes(16).toString('hex');
      await sink.deliver({ id, createdAt: messages.at(-1)!.receivedAt, entries }, false);
    }
  };
  // Somebody waits for it, and each insert waits for a disk: several at a time.
  await Promise.all(Array.from({ length: 4 }, deliverNext));
}

/** What was received and followed before now: messages delivered, logs put into files as they would be found, and imported. */
async function importPast(options: DemoOptions, now: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'fsp-demo-'));
  try {
    await deliverPast(options, now);
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
