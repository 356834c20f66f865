import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { unlessFull } from '../disk/full-disk.js';
import { keptJson, keptJsonOrAside } from '../disk/kept-file.js';
import { writeWholeSync } from '../disk/whole-file.js';
import { FspError } from '../errors.js';

/** Which receiver a data folder belongs to: kept in it, so that its spool can be delivered without its configuration. */
export interface Instance {
  /** 32 lower-case hex digits, the same for as long as the folder lives. */
  id: string;
  serverName: string;
  siteCode: string;
  hostName: string;
}

/**
 * What a data folder says of its receiver, or null where no receiver of this version has run on it.
 * @throws FspError FSP_DATA_DIR_UNREADABLE where it cannot be read
 */
export function readInstance(dataDir: string): Instance | null {
  try {
    return keptJson(fileIn(dataDir), isInstance);
  } catch (cause) {
    throw new FspError(
      'FSP_DATA_DIR_UNREADABLE',
      `Which receiver ${dataDir} belongs to cannot be read in ${fileIn(dataDir)} (${(cause as Error).message}); take it from a backup, or remove it, and the folder counts as one of this configuration's name and site`,
      { cause },
    );
  }
}

/**
 * The data folder's receiver, as it is called now. A start needs no room for it: on a full disk it is kept the next time.
 * What is damaged is told and put aside, as it ends no start: the folder is a new receiver then.
 */
export function keepInstance(
  dataDir: string,
  { serverName, siteCode }: Pick<Instance, 'serverName' | 'siteCode'>,
  logger: { warn(message: string): void },
): Instance {
  const kept = keptJsonOrAside(fileIn(dataDir), isInstance, (reason, aside) => {
    logger.warn(
      `Which receiver this data folder belongs to cannot be read (${reason}); it is kept as ${aside}, and a new identity is made: for some minutes this receiver is told as a second one under its own name`,
    );
  });
  const id = kept?.id ?? randomBytes(16).toString('hex');
  const instance = { id, serverName, siteCode, hostName: hostname() };
  if (isDeepStrictEqual(kept, instance)) return instance;
  unlessFull(() => {
    writeWholeSync(fileIn(dataDir), `${JSON.stringify(instance, null, 2)}\n`);
  });
  return instance;
}

/**
 * `service.instance.id`: what tells this server from every other of its name, and is the same after a restart. The machine
 * is part of it, because a copied disk takes the folder along.
 */
export function serviceInstanceId({ id, hostName }: Instance): string {
  const digest = createHash('sha256').update(`${id} ${hostName}`).digest('hex');
  // Version 8 of RFC 9562: made by a rule of our own.
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-a${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}

function fileIn(dataDir: string): string {
  return join(dataDir, 'instance.json');
}

function isInstance(found: unknown): found is Instance {
  const { id, serverName, siteCode } = (found ?? {}) as Record<string, unknown>;
  return typeof id === 'string' && id !== '' && typeof serverName === 'string' && typeof siteCode === 'string';
}
