import { createHash } from 'node:crypto';

export interface Account {
  username: string;
  password: string;
}

/** The engine's memory is bounded: by default it would take nine tenths of the machine's. */
const maxMemory = 4_000_000_000;

/** Table engines that the migrations use; `ON *` would allow ENGINE=URL and with it the network. */
const tableEngines = ['MergeTree', 'ReplacingMergeTree', 'AggregatingMergeTree', 'Memory'];

/** System tables that Grafana's data source and curious people read. */
const readableSystemTables = ['one', 'numbers', 'tables', 'columns', 'databases', 'functions', 'settings', 'parts'];

/** The engine's configuration file. */
export function configXml(options: { usersFile: string; dataDir: string; port: number }): string {
  return `<clickhouse>
  <users_config>${escapeXml(options.usersFile)}</users_config>
  <http_port>${options.port}</http_port>
  <listen_host>127.0.0.1</listen_host>
  <max_server_memory_usage>${maxMemory}</max_server_memory_usage>
  <mark_cache_size>268435456</mark_cache_size>
  <background_schedule_pool_size>16</background_schedule_pool_size>
  <max_concurrent_queries>64</max_concurrent_queries>
  <keep_alive_timeout>30</keep_alive_timeout>
</clickhouse>
`;
}

/**
 * The engine's users: the local session `default`, which has no password and therefore one place, which it takes
 * itself; a writer; a reader for Grafana and for people. All grants are as narrow as they can be: with READ or WRITE
 * ON FILE the writer could leave the database.
 */
export function usersXml(options: { database: string; writer: Account; reader: Account }): string {
  const { database, writer, reader } = options;
  const grants = (queries: string[]) =>
    `<grants>${queries.map((query) => `<query>GRANT ${query}</query>`).join('')}</grants>`;
  const user = (account: Account, profile: string, queries: string[]) =>
    `<${account.username}><password_sha256_hex>${createHash('sha256').update(account.password).digest('hex')}</password_sha256_hex>` +
    `<networks><ip>127.0.0.1</ip></networks><profile>${profile}</profile><quota>${profile}</quota>${grants(queries)}</${account.username}>`;
  return `<clickhouse>
  <profiles>
    <default/>
    <boot><max_sessions_for_user>1</max_sessions_for_user></boot>
    <writer><async_insert>0</async_insert></writer>
    <reader>
      <readonly>2</readonly>
      <max_execution_time>30</max_execution_time>
      <max_memory_usage>2000000000</max_memory_usage>
      <max_memory_usage_for_user>3000000000</max_memory_usage_for_user>
      <max_result_rows>1000000</max_result_rows>
      <result_overflow_mode>throw</result_overflow_mode>
      <cancel_http_readonly_queries_on_client_close>1</cancel_http_readonly_queries_on_client_close>
      <constraints>
        <max_execution_time><min>1</min><max>60</max></max_execution_time>
        <max_memory_usage><min>1</min><max>2000000000</max></max_memory_usage>
        <max_memory_usage_for_user><const/></max_memory_usage_for_user>
        <max_result_rows><min>1</min><max>1000000</max></max_result_rows>
        <readonly><const/></readonly>
      </constraints>
    </reader>
  </profiles>
  <quotas><default/><boot/><writer/><reader><interval><duration>60</duration><queries>6000</queries></interval></reader></quotas>
  <users>
    <default><no_password/><networks><ip>127.0.0.1</ip></networks><profile>boot</profile><quota>default</quota>
      ${grants(['SYSTEM LISTEN ON *.*', 'CREATE TEMPORARY TABLE ON *.*', 'READ ON FILE', 'WRITE ON FILE'])}</default>
    ${user(writer, 'writer', [
      `SELECT, INSERT, ALTER, CREATE TABLE, CREATE VIEW, DROP TABLE, DROP VIEW, TRUNCATE, OPTIMIZE, SHOW ON ${database}.*`,
      `CREATE DATABASE ON ${database}.*`,
      'SELECT ON system.*',
      ...tableEngines.map((engine) => `TABLE ENGINE ON ${engine}`),
    ])}
    ${user(reader, 'reader', [`SELECT, SHOW ON ${database}.*`, ...readableSystemTables.map((table) => `SELECT ON system.${table}`)])}
  </users>
</clickhouse>
`;
}

export function escapeXml(text: string): string {
  return text.replace(/[<>&'"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
