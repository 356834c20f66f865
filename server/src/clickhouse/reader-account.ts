import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { ClickHouseClient } from '@clickhouse/client';
import { keptJson, keptJsonOrAside } from '../disk/kept-file.js';
import { writeWholeSync } from '../disk/whole-file.js';
import { FspError } from '../errors.js';
import { clickHouseError } from './client.js';
import {
  limitsStatement,
  neededLimits,
  readerGrants,
  readerStatements,
  type Account,
  type ReaderDescription,
} from './grants.js';

/** How long an account counts as looked at. */
const trustedForMs = 300_000;

/** ClickHouse's own codes for a right that is missing, for users that it cannot keep, and for a user or password that is wrong. */
const notAllowed = new Set(['497', '514']);
const unknownUser = new Set(['192', '193', '194', '516']);

export interface ReaderAccountOptions {
  database: string;
  cluster?: string | undefined;
  /** The account that was configured; null where the product may make one of its own. */
  configured: Account | null;
  /** Where the account is kept that the product has made. */
  dataDir: string;
  connectAs(account: Account): ClickHouseClient;
  /** The server's own account, by which a reader is made; null where none shall be. */
  writer: ClickHouseClient | null;
  /** Told of an account that cannot be read, where another is made. */
  logger?: { warn(message: string): void } | undefined;
}

/**
 * The account of whoever asks, on a server that is not the embedded engine: configured, or made where the server's own
 * account may make users. It is looked at before anything is asked by it: it may read the database and nothing else, and
 * its limits cannot be raised. Without such an account nothing is asked.
 */
export class ReaderAccount {
  private ready: { client: ClickHouseClient; until: number } | null = null;
  private preparing: Promise<ClickHouseClient> | null = null;
  private trouble: FspError | null = null;

  constructor(private readonly options: ReaderAccountOptions) {}

  /** @throws FspError FSP_READER_MISSING, FSP_READER_UNSAFE, FSP_CLICKHOUSE_… */
  async client(): Promise<ClickHouseClient> {
    if (this.ready !== null && performance.now() < this.ready.until) return this.ready.client;
    this.preparing ??= this.prepare().finally(() => (this.preparing = null));
    return this.preparing;
  }

  /** Why nothing may be asked, as it was found last; null where all was well, or nothing was asked yet. */
  get refused(): FspError | null {
    return this.trouble;
  }

  async close(): Promise<void> {
    await this.preparing?.catch(() => undefined);
    await this.ready?.client.close();
    this.ready = null;
  }

  private async prepare(): Promise<ClickHouseClient> {
    try {
      const client = this.ready?.client ?? (await this.connect());
      try {
        await examineReader(client, this.options);
      } catch (error) {
        this.ready = null;
        await client.close();
        throw error;
      }
      this.ready = { client, until: performance.now() + trustedForMs };
      this.trouble = null;
      return client;
    } catch (error) {
      this.trouble = clickHouseError(error);
      throw this.trouble;
    }
  }

  private async connect(): Promise<ClickHouseClient> {
    const { configured, dataDir } = this.options;
    const account = configured ?? this.kept();
    if (account !== null) {
      const client = await this.tryAs(account);
      if (client !== null) return client;
    }
    const wanted = account ?? {
      username: newName(this.options.database),
      password: randomBytes(24).toString('base64url'),
    };
    await this.make(wanted);
    if (configured === null) keepReader(dataDir, wanted);
    const client = await this.tryAs(wanted);
    if (client === null)
      throw new FspError(
        'FSP_READER_MISSING',
        `ClickHouse knows the user ${wanted.username} by another password; check FSP_CLICKHOUSE_READER_PASSWORD. Until then ad hoc SQL is off`,
      );
    return client;
  }

  /** The account that was made for this data folder, or null; one that cannot be read gives way to a new one. */
  private kept(): Account | null {
    const { dataDir, writer, logger } = this.options;
    if (writer === null) return keptReader(dataDir);
    return keptJsonOrAside(fileIn(dataDir), isAccount, (reason, aside) => {
      logger?.warn(
        `The account of those who ask ClickHouse cannot be read (${reason}); it is kept as ${aside}, and a new one is made: give Grafana its name and password (fsp query --connection --show-password)`,
      );
    });
  }

  /** A connection, or null where ClickHouse does not know the account. */
  private async tryAs(account: Account): Promise<ClickHouseClient | null> {
    const client = this.options.connectAs(account);
    try {
      await (await client.query({ query: 'SELECT 1', format: 'JSONEachRow' })).text();
      return client;
    } catch (error) {
      await client.close();
      if (unknownUser.has((error as { code?: string }).code ?? '')) return null;
      throw error;
    }
  }

  private async make({ username, password }: Account): Promise<void> {
    const { writer, database, cluster, configured } = this.options;
    // What is shown to people is a name that they would choose.
    const shown = { database, cluster, user: configured?.username ?? `${database}_reader` };
    if (writer === null) {
      // Nobody was asked yet: a ClickHouse that does not answer has no need of an account.
      await (await this.tryAs({ username, password }))?.close();
      throw missing(shown);
    }
    try {
      for (const query of readerStatements({ database, cluster, user: username, password }))
        await writer.command({ query });
    } catch (error) {
      if (notAllowed.has((error as { code?: string }).code ?? '')) throw missing(shown);
      throw error;
    }
  }
}

function missing(description: ReaderDescription): FspError {
  return new FspError(
    'FSP_READER_MISSING',
    `Ad hoc SQL is off: it needs an account of its own, which the server's own may not make. Say on ClickHouse: ${readerStatements(description).join('; ')}; then set FSP_CLICKHOUSE_READER_USER=${description.user} and FSP_CLICKHOUSE_READER_PASSWORD`,
  );
}

/**
 * Makes sure of an account that it can read the database and nothing else, within limits that it cannot raise.
 * @throws FspError FSP_READER_UNSAFE with what it may too much, and what mends it
 */
async function examineReader(
  client: ClickHouseClient,
  { database, cluster }: { database: string; cluster?: string | undefined },
): Promise<void> {
  const [user = ''] = await lines(client, 'SELECT currentUser()');
  const tooMuch = (await lines(client, 'SHOW GRANTS FINAL'))
    .filter((line) => !/^GRANT SELECT ON system\.processes TO \S+$/.test(line))
    .flatMap((line) => beyond(line, database));
  if (tooMuch.length > 0)
    throw unsafe(
      user,
      `it may do more than read ${database}: ${mostOf(tooMuch)}`,
      `REVOKE ALL ON *.* FROM it and say: ${readerStatements({ database, cluster, user }).slice(1).join('; ')}`,
    );
  const [seesUsers] = await lines(client, 'CHECK GRANT SELECT ON system.users');
  if (seesUsers === '1')
    throw unsafe(
      user,
      'this ClickHouse lets every user read all of the database system',
      'set access_control_improvements.select_from_system_db_requires_grant to true in its configuration',
    );
  if (await seesOthersQueries(client, user))
    throw unsafe(
      user,
      "it sees what others ask at the moment, also this product's own writing",
      `say: REVOKE SELECT ON system.processes FROM ${user}; or CREATE ROW POLICY own ON system.processes USING user = currentUser() TO ${user}`,
    );
  const [readonly = '0'] = await lines(client, "SELECT toString(getSetting('readonly'))");
  const bounded = new Map(
    (
      await lines(
        client,
        `SELECT name, value != '0' AND (readonly != 0 OR max IS NOT NULL) FROM system.settings WHERE name IN (${neededLimits.map((one) => `'${one}'`).join(', ')})`,
      )
    ).map((line) => line.split('\t') as [string, string]),
  );
  const loose = readonly === '1' ? [] : neededLimits.filter((one) => bounded.get(one) !== '1');
  if (readonly === '0' || loose.length > 0)
    throw unsafe(
      user,
      readonly === '0' ? 'its setting readonly is 0' : `it may raise its limits: ${loose.join(', ')}`,
      `say: ${limitsStatement(user, cluster)}`,
    );
}

/** Whether an account may read system.processes, and no row policy holds it to its own rows. */
async function seesOthersQueries(client: ClickHouseClient, user: string): Promise<boolean> {
  const [may] = await lines(client, 'CHECK GRANT SELECT ON system.processes');
  if (may !== '1') return false;
  const plan = (await lines(client, 'EXPLAIN actions = 1 SELECT count() FROM system.processes')).join('\n');
  return !/row-level/i.test(plan) || !(plan.includes(`'${user}'`) || plan.includes('currentUser()'));
}

function unsafe(user: string, why: string, mend: string): FspError {
  return new FspError(
    'FSP_READER_UNSAFE',
    `Ad hoc SQL is off: the account ${user} is no reader, ${why}. To mend it, ${mend}`,
  );
}

/** The first few, those on data before those on engines. */
function mostOf(grants: readonly string[]): string {
  const onData = (grant: string) => (grant.includes('.') ? 0 : 1);
  return [...grants]
    .sort((a, b) => onData(a) - onData(b))
    .slice(0, 5)
    .join('; ');
}

const harmless = new Set([
  'SELECT',
  'SHOW',
  'SHOW DATABASES',
  'SHOW TABLES',
  'SHOW COLUMNS',
  'SHOW DICTIONARIES',
  'dictGet',
]);

/** What a line of SHOW GRANTS gives beyond reading the database. */
function beyond(line: string, database: string): string[] {
  const found = /^GRANT (.+) ON (\S+) TO /.exec(line);
  // Roles stand there with what they give; what is revoked gives nothing.
  if (found === null) return [];
  const [, rights = '', quoted = ''] = found;
  const on = quoted.replaceAll('`', '');
  const allowed = readerGrants({ database }).map((grant) => grant.on);
  const there = on.startsWith(`${database}.`) || allowed.includes(on) || /^information_schema\./i.test(on);
  const reads = rights
    .replaceAll(/\([^()]*\)/g, '')
    .split(',')
    .every((right) => harmless.has(right.trim()));
  const passesOn = line.endsWith('WITH GRANT OPTION');
  return there && reads && !passesOn ? [] : [`${rights} ON ${on}${passesOn ? ' WITH GRANT OPTION' : ''}`];
}

async function lines(client: ClickHouseClient, query: string): Promise<string[]> {
  // SHOW and CHECK GRANT take no FORMAT behind them, which the client's query would add.
  const answer = await client.exec({ query, clickhouse_settings: { default_format: 'TabSeparatedRaw' } });
  return (await text(answer.stream)).split('\n').filter(Boolean);
}

/** Each data folder has an account of its own: several receivers over one ClickHouse share no password. */
function newName(database: string): string {
  return `${database}_reader_${randomBytes(4).toString('hex')}`;
}

/**
 * The account that a server made for whoever asks, on a ClickHouse of its own; null where none was made.
 * @throws FspError FSP_DATA_DIR_UNREADABLE
 */
export function keptReader(dataDir: string): Account | null {
  try {
    return keptJson(fileIn(dataDir), isAccount);
  } catch (cause) {
    throw new FspError(
      'FSP_DATA_DIR_UNREADABLE',
      `The account of those who ask cannot be read in ${fileIn(dataDir)} (${(cause as Error).message}); start the server of that data folder again, which makes a new one`,
      { cause },
    );
  }
}

function keepReader(dataDir: string, account: Account): void {
  writeWholeSync(fileIn(dataDir), `${JSON.stringify(account, null, 2)}\n`);
}

function fileIn(dataDir: string): string {
  return join(dataDir, 'clickhouse-reader.json');
}

function isAccount(found: unknown): found is Account {
  const { username, password } = (found ?? {}) as Record<string, unknown>;
  return typeof username === 'string' && username !== '' && typeof password === 'string';
}
