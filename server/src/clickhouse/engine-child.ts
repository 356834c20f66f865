/**
 * The process that is the embedded engine: it confines itself, opens ClickHouse's library and makes the one call that
 * runs its server. Its standard input is held open by the parent: end of file, also when the parent is killed, is a
 * clean stop. Signals are the parent's to decide on.
 */
import { dirname } from 'node:path';
import { DataType, load, open } from 'ffi-rs';
import { confine } from './landlock.js';

interface ChildOrder {
  library: string;
  dataDir: string;
  args: string[];
  confine: boolean;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const order = JSON.parse(process.argv[2] ?? '') as ChildOrder;
const state = order.confine
  ? confine({
      execute: [dirname(order.library), '/lib', '/lib64', '/usr/lib'],
      readOnly: [
        '/usr/share/zoneinfo',
        '/etc/localtime',
        '/etc/timezone',
        '/etc/hosts',
        '/etc/resolv.conf',
        '/etc/nsswitch.conf',
        '/proc',
        '/sys',
        '/dev',
      ],
      write: [order.dataDir, '/dev/null'],
    })
  : 'off: not asked for';
process.stdout.write(`landlock ${state}\n`);

open({ library: 'chdb', path: order.library });
const call: Promise<unknown> = load({
  library: 'chdb',
  funcName: 'chdb_query_cmdline',
  retType: DataType.I64,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [order.args.length, order.args],
  runInNewThread: true,
});
await call;
process.exit(0);
