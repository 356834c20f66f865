import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { programWrittenAt } from '../clock.js';
import landlock from '../clickhouse/landlock.cjs';
import { listOf, type Config } from '../config.js';
import { Quarantine } from '../quarantine/quarantine.js';
import { failure, ok, warning, type Diagnosis } from './check.js';

const gigabyte = 1024 ** 3;
const roomWanted = 5 * gigabyte;
const roomNeeded = gigabyte / 2;
/** Segments of the spool, and the parts of the embedded ClickHouse, of which each is some dozen files. */
const filesNeeded = 10_000;

/** The data folder: there or to be made, ours, closed to others. */
export async function checkDataDir({ dataDir }: Config): Promise<Diagnosis> {
  const subject = 'data folder';
  const path = resolve(dataDir);
  const stats = await stat(path).catch(() => null);
  if (stats === null) {
    const parent = dirname(path);
    const writable = await mayUse(parent, constants.W_OK);
    return writable
      ? ok(subject, `${path} will be made at the first start`)
      : failure(
          subject,
          `${path} is not there, and ${parent} cannot be written`,
          'Make it, or name another with FSP_DATA_DIR',
        );
  }
  if (!stats.isDirectory()) return failure(subject, `${path} is no folder`, 'Name another with FSP_DATA_DIR');
  if (!(await mayUse(path, constants.R_OK | constants.W_OK | constants.X_OK)))
    return failure(
      subject,
      `${path} cannot be written by this user`,
      'Give this user the right, or name another with FSP_DATA_DIR',
    );
  if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0)
    return warning(subject, `${path} is open to other users`, `chmod 700 ${path}`);
  return ok(subject, path);
}

/** Room on the disk of the data folder: what waits must fit on it. */
export async function checkDiskRoom({ dataDir }: Config): Promise<Diagnosis> {
  const subject = 'disk room';
  let path = resolve(dataDir);
  while ((await stat(path).catch(() => null)) === null && path !== dirname(path)) path = dirname(path);
  const { bavail, bsize, files, ffree } = await statfs(path);
  const free = bavail * bsize;
  const found = `${(free / gigabyte).toFixed(1)} GiB free`;
  // First: where a file system makes inodes of room, a full disk has none either.
  if (free < roomNeeded) return failure(subject, found, 'Make room: messages are refused when the disk is full');
  // Some file systems have no number of files that they end at, and say 0.
  if (files > 0 && ffree < filesNeeded)
    return failure(
      subject,
      `${found}, and room for ${ffree} more files (inodes)`,
      'Remove small files there, or name a disk with more inodes: no message is taken when none is left',
    );
  return free < roomWanted ? warning(subject, found, 'Make room: at least 5 GiB are wise') : ok(subject, found);
}

/**
 * A port to listen on: free, or held by a server of ours.
 * @param held whether the server of this data folder runs, and so holds its ports
 */
export async function checkPort(
  subject: string,
  host: string,
  port: number,
  setting: string,
  held: boolean,
): Promise<Diagnosis> {
  if (port === 0) return ok(subject, 'any free one');
  const error = await tryListen(host, port);
  if (error === null)
    return held
      ? warning(
          subject,
          `${port} is free although the server runs`,
          `Check ${setting}: the server was started with another`,
        )
      : ok(subject, `${port} is free`);
  if (error === 'EADDRINUSE')
    return held
      ? ok(subject, `${port}, held by the running server`)
      : failure(subject, `${port} is taken by another program`, `Stop it, or choose another with ${setting}`);
  if (error === 'EACCES')
    return failure(
      subject,
      `${port} needs more rights`,
      `Run with them (CAP_NET_BIND_SERVICE), or choose another with ${setting}`,
    );
  return failure(subject, `${host}:${port} cannot be listened on (${error})`, `Check ${setting} and its host`);
}

/** Clients post to the site's port; where the intake listens on another, something has to lead there. */
export function checkClientPort({ intakePort, siteHttpPort }: Config): Diagnosis {
  const subject = 'client port';
  if (intakePort === siteHttpPort) return ok(subject, `clients post to ${siteHttpPort}, and the intake listens there`);
  return warning(
    subject,
    `clients post to ${siteHttpPort}, the HTTP port of the site, and the intake listens on ${intakePort === 0 ? 'any free one' : intakePort}`,
    `Set FSP_INTAKE_PORT=${siteHttpPort}, or lead port ${siteHttpPort} to it; FSP_SITE_HTTP_PORT tells a site with another port`,
  );
}

/** The folder that gets .SMX files. */
export async function checkSiteInbox({ siteInbox }: Config): Promise<Diagnosis> {
  const subject = 'site inbox';
  if (siteInbox === '') return ok(subject, 'not wanted');
  const stats = await stat(siteInbox).catch(() => null);
  if (stats === null || !stats.isDirectory())
    return failure(
      subject,
      `${siteInbox} is not there`,
      'Mount the share of the site server, or correct FSP_SITE_INBOX',
    );
  return (await mayUse(siteInbox, constants.W_OK))
    ? ok(subject, siteInbox)
    : failure(subject, `${siteInbox} cannot be written`, 'Give this user the right to write there');
}

/** Entries that a destination refused for good, which nobody may have seen. */
export async function checkQuarantine({ dataDir }: Config): Promise<Diagnosis> {
  const subject = 'quarantine';
  const unreadable: string[] = [];
  const tell = (message: string) => unreadable.push(message);
  const dir = join(resolve(dataDir), 'quarantine');
  const { entries } = (await Quarantine.open({ dir, logger: { warn: tell, error: tell } })).stats();
  if (unreadable.length > 0) return failure(subject, unreadable[0]!, 'Give this user the right to read it');
  return entries === 0
    ? ok(subject, 'nothing is in it')
    : warning(
        subject,
        `${entries === 1 ? '1 entry was' : `${entries} entries were`} refused by a destination for good`,
        'See fsp quarantine list for the reasons; fsp quarantine retry sends them again',
      );
}

/** The set-up logs that are followed: each there and readable. */
export async function checkSetupLogs({ setupLogs, setupLogsTimezone }: Config): Promise<Diagnosis[]> {
  const subject = 'set-up logs';
  const targets = listOf(setupLogs);
  if (targets.length === 0) return [ok(subject, 'none are followed')];
  const found = await Promise.all(
    targets.map(async (target) => {
      if (await mayUse(target, constants.R_OK)) return ok(subject, target);
      const there = (await stat(target).catch(() => null)) !== null;
      return there
        ? failure(subject, `${target} cannot be read by this user`, 'Give this user the right to read it')
        : warning(subject, `${target} is not there yet`, 'It is followed once it is; check the path if it should be');
    }),
  );
  if (setupLogsTimezone === '')
    found.push(
      warning(subject, 'their time zone is not told', 'Set FSP_SETUP_LOGS_TIMEZONE: local times are taken as UTC'),
    );
  return found;
}

/** Whether the kernel can confine the embedded engine. */
export function checkLandlock({ clickhouseUrl }: Config): Diagnosis {
  const subject = 'Landlock';
  if (clickhouseUrl !== '') return ok(subject, 'not needed: ClickHouse is elsewhere');
  const version = process.platform === 'linux' ? landlock.kernelVersion() : 0;
  return version > 0
    ? ok(subject, `the kernel has version ${version}`)
    : warning(
        subject,
        'this kernel has none: queries on the embedded engine could read files of this user',
        'Use Linux 5.13 or newer with it switched on, or a ClickHouse server by FSP_CLICKHOUSE_URL',
      );
}

/** This machine's clock, as far as it can be judged alone. */
export function checkClock(now = Date.now()): Diagnosis {
  const subject = 'clock';
  const found = new Date(now).toISOString();
  return now < programWrittenAt
    ? failure(subject, found, 'Set the clock: throttle windows and rows rest on it')
    : ok(subject, found);
}

async function mayUse(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

function tryListen(host: string, port: number): Promise<string | null> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      done(error.code ?? error.message);
    });
    probe.listen({ host, port }, () => {
      probe.close(() => {
        done(null);
      });
    });
  });
}
