import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readerGrants, readerLimits, sha256, writerGrants, type Grant } from '../../../server/src/clickhouse/grants.js';

/** Accounts that have what the product says that they need, and nothing else. */
export const narrow = {
  writer: { username: 'fsp_writer', password: 'narrow-writer' },
  reader: { username: 'fsp_reader', password: 'narrow-reader' },
};

/** The ports of a node: what it listens on, and the links that the others reach it by. */
export interface NodePorts {
  http: number;
  tcp: number;
  interserver: number;
  linkTcp: number;
  linkInterserver: number;
  /** Its link to ZooKeeper. */
  linkZooKeeper: number;
}

export type Layout = 'replicas' | 'shards';

/** Writes the configuration of each node of a cluster named fsp, with its user cluster. */
export function writeConfigs(folder: string, layout: Layout, nodes: readonly NodePorts[]): void {
  const replica = ({ linkTcp }: NodePorts) =>
    `<replica><host>127.0.0.1</host><port>${linkTcp}</port><user>cluster</user><password>cluster</password></replica>`;
  const shard = (replicas: string) => `<shard><internal_replication>true</internal_replication>${replicas}</shard>`;
  const servers =
    layout === 'shards' ? nodes.map((node) => shard(replica(node))).join('') : shard(nodes.map(replica).join(''));
  for (const [index, node] of nodes.entries()) {
    const own = join(folder, `node${index + 1}`);
    mkdirSync(own, { recursive: true });
    writeFileSync(
      join(own, 'config.xml'),
      `<clickhouse>
  <users_config>${own}/users.xml</users_config>
  <listen_host>127.0.0.1</listen_host><http_port>${node.http}</http_port><tcp_port>${node.tcp}</tcp_port>
  <interserver_http_host>127.0.0.1</interserver_http_host><interserver_http_port>${node.linkInterserver}</interserver_http_port>
  <max_server_memory_usage>2000000000</max_server_memory_usage><mark_cache_size>67108864</mark_cache_size>
  <background_schedule_pool_size>16</background_schedule_pool_size>
  <default_replica_path>/clickhouse/tables/{uuid}/{shard}</default_replica_path><default_replica_name>{replica}</default_replica_name>
  <macros><cluster>fsp</cluster><shard>0${layout === 'shards' ? index + 1 : 1}</shard><replica>node${index + 1}</replica></macros>
  <zookeeper><node><host>127.0.0.1</host><port>${node.linkZooKeeper}</port></node><session_timeout_ms>5000</session_timeout_ms><sessions_path>/clickhouse/sessions/node${index + 1}</sessions_path></zookeeper>
  <remote_servers><fsp>${servers}</fsp></remote_servers>
  <distributed_ddl><path>/clickhouse/task_queue/ddl</path></distributed_ddl>
</clickhouse>
`,
    );
    writeFileSync(
      join(own, 'users.xml'),
      `<clickhouse><profiles><default/><boot/><reader>${readerProfile()}</reader></profiles><quotas><default/></quotas><users>
  <default><password></password><networks><ip>127.0.0.1</ip></networks><profile>boot</profile><quota>default</quota><access_management>1</access_management><named_collection_control>1</named_collection_control></default>
  <cluster><password>cluster</password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota><access_management>1</access_management></cluster>
  ${user(narrow.writer, 'default', writerGrants({ database: 'fsp', replicated: true }))}
  ${user(narrow.reader, 'reader', readerGrants({ database: 'fsp' }))}
</users></clickhouse>
`,
    );
  }
}

function user({ username, password }: { username: string; password: string }, profile: string, grants: Grant[]) {
  const list = grants.map(({ rights, on }) => `<query>GRANT ${rights} ON ${on}</query>`).join('');
  return `<${username}><password_sha256_hex>${sha256(password)}</password_sha256_hex><networks><ip>127.0.0.1</ip></networks><profile>${profile}</profile><quota>default</quota><grants>${list}</grants></${username}>`;
}

function readerProfile(): string {
  const values = readerLimits.map(({ setting, value }) => `<${setting}>${value}</${setting}>`);
  const bounds = readerLimits.flatMap(({ setting, bounds: given }) => {
    if (given === undefined) return [];
    const inside = given === 'const' ? '<const/>' : `<min>${given.min}</min><max>${given.max}</max>`;
    return [`<${setting}>${inside}</${setting}>`];
  });
  return `${values.join('')}<constraints>${bounds.join('')}</constraints>`;
}
