import { readerGrants, readerLimits, sha256, writerGrants, type Account, type Grant } from './grants.js';

export type { Account } from './grants.js';

/** The engine's memory is bounded: by default it would take nine tenths of the machine's. */
const maxMemory = 4_000_000_000;

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
 * itself; a writer; a reader for Grafana and for people. All grants are as narrow as they can be.
 */
export function usersXml(options: { database: string; writer: Account; reader: Account }): string {
  const { database, writer, reader } = options;
  const grants = (list: Grant[]) =>
    `<grants>${list.map(({ rights, on }) => `<query>GRANT ${rights} ON ${on}</query>`).join('')}</grants>`;
  const user = (account: Account, profile: string, list: Grant[]) =>
    `<${account.username}><password_sha256_hex>${sha256(account.password)}</password_sha256_hex>` +
    `<networks><ip>127.0.0.1</ip></networks><profile>${profile}</profile><quota>${profile}</quota>${grants(list)}</${account.username}>`;
  return `<clickhouse>
  <profiles>
    <default/>
    <boot><max_sessions_for_user>1</max_sessions_for_user></boot>
    <writer><async_insert>0</async_insert></writer>
    <reader>${readerProfile()}</reader>
  </profiles>
  <quotas><default/><boot/><writer/><reader><interval><duration>60</duration><queries>6000</queries></interval></reader></quotas>
  <users>
    <default><no_password/><networks><ip>127.0.0.1</ip></networks><profile>boot</profile><quota>default</quota>
      ${grants([
        { rights: 'SYSTEM LISTEN', on: '*.*' },
        { rights: 'CREATE TEMPORARY TABLE', on: '*.*' },
        { rights: 'READ', on: 'FILE' },
        { rights: 'WRITE', on: 'FILE' },
      ])}</default>
    ${user(writer, 'writer', writerGrants({ database }))}
    ${user(reader, 'reader', readerGrants({ database }))}
  </users>
</clickhouse>
`;
}

function readerProfile(): string {
  const values = readerLimits.map(({ setting, value }) => `<${setting}>${value}</${setting}>`);
  const bounds = readerLimits.flatMap(({ setting, bounds }) => {
    if (bounds === undefined) return [];
    const inside = bounds === 'const' ? '<const/>' : `<min>${bounds.min}</min><max>${bounds.max}</max>`;
    return [`<${setting}>${inside}</${setting}>`];
  });
  return `${values.join('')}<constraints>${bounds.join('')}</constraints>`;
}

function escapeXml(text: string): string {
  return text.replace(/[<>&'"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
