import type { ClickHouseClient } from '@clickhouse/client';
import type { Quarantine } from '../quarantine/quarantine.js';
import type { Spool } from '../spool/spool.js';
import { forgetInClickHouse, type TableForgets } from './in-clickhouse.js';
import { concerns, type ForgottenInSpool } from './in-spool.js';
import type { Subject } from './subject.js';

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
  let waiting = 0;
  for await (const entries of spool.held()) for (const entry of entries) if (concerns(entry, subject)) waiting++;
  const kept: string[] = [];
  for (const { id } of quarantine.list()) if (concerns((await quarantine.read(id)).entry, subject)) kept.push(id);
  if (!dryRun) {
    // Before ClickHouse is asked: what is under way arrives first, and what follows is left out.
    await inSpool.add(subject);
    await quarantine.drop(kept);
  }
  const { tables, alsoKnownAs, unfinished } = await forgetInClickHouse(client, { database, cluster }, subject, dryRun);
  return { subject, dryRun, tables, spool: waiting, quarantine: kept.length, alsoKnownAs, unfinished };
}
