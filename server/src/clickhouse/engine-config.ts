import { isLoopback } from '../http/listen.js';
import { readerGrants, readerLimits, sha256, writerGrants, type Account, type Grant } from './grants.js';

export type { Account } from './grants.js';

/** The engine's memory is bounded: by default it would take nine tenths of the machine's. */
const maxMemory = 4_000_000_000;

/** Where the engine listens. */
export interface Listening {
  /** Port of HTTP. */
  port: number;
  /** Port of the native protocol; null for none. */
  nativePort: number | null;
  /** Address that others reach it at; on loopback it listens besides. */
  host: string;
}

/** The engine's configuration file. */
export function configXml(options: { usersFile: string } & Listening): string {
  // Either stands for every address, loopback included.
  const hosts = ['0.0.0.0', '::'].includes(options.host) ? [options.host] : [...new Set(['127.0.0.1', options.host])];
  return `<clickhouse>
  <users_config>${escapeXml(options.usersFile)}</users_config>
  <http_port>${options.port}</http_port>
${options.nativePort === null ? '' : `  <tcp_port>${options.nativePort}</tcp_port>\n`}${hosts.map((host) => `  <listen_host>${escapeXml(host)}</listen_host>\n`).join('')}\
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
 * itself; a writer; a reader for Grafana and for people. All grants are as narrow as they can be, and only the reader is let
 * in from elsewhere, where the engine listens there.
 */
export function usersXml(options: { database: string; host: string; writer: Account; reader: Account }): string {
  const { database, host, writer, reader } = options;
  const grants = (list: Grant[]) =>
    `<grants>${list.map(({ rights, on }) => `<query>GRANT ${rights} ON ${on}</query>`).join('')}</grants>`;
  const user = (account: Account, profile: string, list: Grant[], inside: string, from = '127.0.0.1', more = '') =>
    `<${account.username}><password_sha256_hex>${sha256(account.password)}</password_sha256_hex>` +
    `<networks><ip>${from}</ip></networks><default_database>${inside}</default_database><profile>${profile}</profile><quota>${profile}</quota>${grants(list)}${more}</${account.username}>`;
  // SHOW PROCESSLIST is for one's own; what the server writes at the moment is not.
  const ownProcesses = `<databases><system><processes><filter>user = currentUser()</filter></processes></system></databases>`;
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
    ${user(writer, 'writer', writerGrants({ database }), 'default')}
    ${user(
      reader,
      'reader',
      [...readerGrants({ database }), { rights: 'SELECT', on: 'system.processes' }],
      database,
      isLoopback(host) ? '127.0.0.1' : '::/0',
      ownProcesses,
    )}
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
