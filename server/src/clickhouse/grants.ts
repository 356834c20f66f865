import { createHash } from 'node:crypto';

export interface Account {
  username: string;
  password: string;
}

/** Table engines that the migrations use; `ON *` would allow ENGINE=URL and with it the network. */
const tableEngines = ['MergeTree', 'ReplacingMergeTree', 'AggregatingMergeTree', 'SummingMergeTree', 'Memory'];

/**
 * System tables that SQL tools ask first, Grafana's data source and curious people. What they tell of tables they tell of
 * those only that the asker may see.
 */
const readableSystemTables = [
  'one',
  'numbers',
  'numbers_mt',
  'zeros',
  'zeros_mt',
  'tables',
  'columns',
  'databases',
  'data_skipping_indices',
  'projections',
  'dictionaries',
  'functions',
  'keywords',
  'settings',
  'merge_tree_settings',
  'build_options',
  'parts',
  'parts_columns',
  'mutations',
  'replicas',
];

/** The same database under both names that the SQL standard's tools use. */
const standardCatalogues = ['information_schema', 'INFORMATION_SCHEMA'];

/** One right as ClickHouse names it, and what it is on. */
export interface Grant {
  rights: string;
  on: string;
}

interface Written {
  database: string;
  cluster?: string | undefined;
  /** Whether its tables are replicated: with a cluster, and in a Replicated database without one. */
  replicated?: boolean;
}

/**
 * What the server's own account may do, and no more: the embedded engine's writer has exactly this, so every test that
 * runs on it proves that it is enough. With READ or WRITE ON FILE it could leave the database.
 */
export function writerGrants({ database, cluster, replicated = cluster !== undefined }: Written): Grant[] {
  return [
    {
      rights: 'SELECT, INSERT, ALTER, CREATE TABLE, CREATE VIEW, DROP TABLE, DROP VIEW, TRUNCATE, OPTIMIZE, SHOW',
      on: `${database}.*`,
    },
    { rights: 'CREATE DATABASE', on: `${database}.*` },
    { rights: 'SELECT', on: 'system.*' },
    ...(!replicated
      ? tableEngines
      : [
          ...tableEngines,
          ...tableEngines.filter((one) => one !== 'Memory').map((one) => `Replicated${one}`),
          'Distributed',
        ]
    ).map((engine) => ({ rights: 'TABLE ENGINE', on: engine })),
    ...(cluster === undefined ? [] : [{ rights: 'CLUSTER', on: '*.*' }]),
    ...(!replicated
      ? []
      : [
          { rights: 'SYSTEM SYNC REPLICA', on: `${database}.*` },
          // clusterAllReplicas() and Distributed tables.
          { rights: 'READ, WRITE', on: 'REMOTE' },
          { rights: 'CREATE TEMPORARY TABLE', on: '*.*' },
        ]),
  ];
}

/** What whoever asks may do: read the database, and see of the server what tools show. */
export function readerGrants({ database }: { database: string }): Grant[] {
  return [
    { rights: 'SELECT, SHOW', on: `${database}.*` },
    ...standardCatalogues.map((catalogue) => ({ rights: 'SELECT', on: `${catalogue}.*` })),
    ...readableSystemTables.map((table) => ({ rights: 'SELECT', on: `system.${table}` })),
  ];
}

/** The value of a setting of the reader, and within what it may be changed: `const` for not at all. */
export interface Limit {
  setting: string;
  value: number | string;
  bounds?: 'const' | { min: number; max: number };
}

/** `readonly = 2`: Grafana sends settings. What they may be is bounded. */
export const readerLimits: readonly Limit[] = [
  { setting: 'readonly', value: 2, bounds: 'const' },
  { setting: 'max_execution_time', value: 30, bounds: { min: 1, max: 60 } },
  { setting: 'max_memory_usage', value: 2_000_000_000, bounds: { min: 1, max: 2_000_000_000 } },
  { setting: 'max_memory_usage_for_user', value: 3_000_000_000, bounds: 'const' },
  { setting: 'max_result_rows', value: 1_000_000, bounds: { min: 1, max: 1_000_000 } },
  { setting: 'result_overflow_mode', value: 'throw', bounds: 'const' },
  { setting: 'cancel_http_readonly_queries_on_client_close', value: 1 },
];

/** Limits without which anybody who asks could take the whole server. */
export const neededLimits = ['max_execution_time', 'max_memory_usage', 'max_result_rows'] as const;

export function grantStatement({ rights, on }: Grant, user: string, cluster?: string): string {
  return `GRANT${onCluster(cluster)} ${rights} ON ${on} TO ${identifier(user)}`;
}

export interface ReaderDescription {
  database: string;
  cluster?: string | undefined;
  user: string;
  /** Absent where the statements are shown: then whoever says them chooses one. */
  password?: string;
}

/** What makes the reader, statement by statement, whoever says it. */
export function readerStatements({ database, cluster, user, password }: ReaderDescription): string[] {
  const hash =
    password === undefined
      ? "IDENTIFIED BY 'a password of your choice'"
      : `IDENTIFIED WITH sha256_hash BY '${sha256(password)}'`;
  return [
    `CREATE USER IF NOT EXISTS ${identifier(user)}${onCluster(cluster)} ${hash} DEFAULT DATABASE ${identifier(database)} ${settingsClause()}`,
    ...readerGrants({ database }).map((grant) => grantStatement(grant, user, cluster)),
  ];
}

/** What gives an account that is there the limits of a reader. */
export function limitsStatement(user: string, cluster?: string): string {
  return `ALTER USER ${identifier(user)}${onCluster(cluster)} ${settingsClause()}`;
}

function settingsClause(): string {
  const clauses = readerLimits.map(({ setting, value, bounds }) => {
    const given = `${setting} = ${typeof value === 'number' ? value : `'${value}'`}`;
    if (bounds === undefined) return given;
    return bounds === 'const' ? `${given} CONST` : `${given} MIN ${bounds.min} MAX ${bounds.max}`;
  });
  return `SETTINGS ${clauses.join(', ')}`;
}

function onCluster(cluster: string | undefined): string {
  return cluster === undefined || cluster === '' ? '' : ` ON CLUSTER '${cluster}'`;
}

function identifier(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
