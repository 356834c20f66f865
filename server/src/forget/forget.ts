import type { ClickHouseClient } from '@clickhouse/client';
import type { Quarantine } from '../quarantine/quarantine.js';
import { FspError } from '../errors.js';
import type { Spool } from '../spool/spool.js';
import type { SpoolEntry } from '../spool/entries.js';
import { forgetInClickHouse, identityOf, type TableForgets } from './in-clickhouse.js';
import { concerns, type ForgottenInSpool } from './in-spool.js';
import { isGuid, type Subject } from './subject.js';

/** What was, or with a dry run would be, removed, and where. */
export interface Forgets {
  subject: Subject;
  dryRun: boolean;
  tables: TableForgets[];
  /** Entries in this receiver's spool, which are left out when they are passed on. */
  spool: number;
  /** Entries in this receiver's quarantine. */
  quarantine: number;
  /** Other names under which the machine has reported by its GUID; they go as well. */
  alsoKnownAs: string[];
  /** Tables in which ClickHouse removes it later: a replica is away, or there is much to go through. */
  unfinished: string[];
}

/**
 * Removes what is known of a machine or a user: here in spool and quarantine, and in ClickHouse for all receivers. What
 * other receivers hold is theirs to forget; what collectors and the site have got is beyond reach.
 * @throws FspError FSP_CLICKHOUSE_…
 */
export async function forget(
  {
    spool,
    quarantine,
    inSpool,
    client,
    database,
    cluster,
    prepare,
  }: {
    spool: Spool;
    quarantine: Quarantine;
    inSpool: ForgottenInSpool;
    client: ClickHouseClient;
    database: string;
    cluster?: string | undefined;
    prepare(): Promise<void>;
  },
  subject: Subject,
  dryRun: boolean,
): Promise<Forgets> {
  await prepare();
  const subjects = [subject, ...(await othersOf(client, database, subject))];
  const isAbout = (entry: SpoolEntry) => subjects.some((one) => concerns(entry, one));
  let waiting = 0;
  for await (const entries of spool.held()) waiting += entries.filter(isAbout).length;
  // Before ClickHouse is asked: what is under way arrives first, and what follows is left out.
  if (!dryRun) await inSpool.add(subjects);
  // What was under way may have been refused.
  const kept = await among(quarantine, isAbout);
  if (!dryRun) await quarantine.drop(kept);
  const { tables, alsoKnownAs, unfinished } = await forgetInClickHouse(client, { database, cluster }, subject, dryRun);
  return { subject, dryRun, tables, spool: waiting, quarantine: kept.length, alsoKnownAs, unfinished };
}

/** What else a machine is known by in ClickHouse: the GUIDs of one that has a name, the names of one that has a GUID. */
async function othersOf(client: ClickHouseClient, database: string, subject: Subject): Promise<Subject[]> {
  const { ids, names } = await identityOf(client, database, subject);
  const others = (isGuid(subject) ? names : ids).map((name): Subject => ({ kind: 'machine', name }));
  // An id may be any text: one that is no GUID would be taken for another machine's name.
  return isGuid(subject) ? others : others.filter(isGuid);
}

async function among(quarantine: Quarantine, isAbout: (entry: SpoolEntry) => boolean): Promise<string[]> {
  const kept: string[] = [];
  for (const { id } of quarantine.list()) {
    try {
      if (isAbout((await quarantine.read(id)).entry)) kept.push(id);
    } catch (error) {
      // Sent or dropped meanwhile.
      if (!(error instanceof FspError && error.code === 'FSP_NOT_FOUND')) throw error;
    }
  }
  return kept;
}
