/**
 * The process that is the embedded engine: it confines itself, opens ClickHouse's library and makes the one call that
 * runs its server. Its standard input is held open by the parent: end of file, also when the parent is killed, is a
 * clean stop. Signals are the parent's to decide on.
 *
 * CommonJS on purpose: the kernel confines the calling thread and those made after it. Loading an ES module already
 * starts the pool of threads that the engine would then run on, unconfined.
 */
import path = require('node:path');
import ffi = require('ffi-rs');
import landlock = require('./landlock.cjs');

const { DataType, load, open } = ffi;

interface ChildOrder {
  library: string;
  dataDir: string;
  args: string[];
  confine: boolean;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const order = JSON.parse(process.argv[2] ?? '') as ChildOrder;
const state = order.confine
  ? landlock.confine({
      execute: [path.dirname(order.library), '/lib', '/lib64', '/usr/lib'],
      // Nothing of other processes: their environment and command line may hold secrets. No disks either.
      readOnly: [
        '/usr/share/zoneinfo',
        '/etc/localtime',
        '/etc/timezone',
        '/etc/hosts',
        '/etc/resolv.conf',
        '/etc/nsswitch.conf',
        '/proc/self',
        '/proc/cpuinfo',
        '/proc/loadavg',
        '/proc/meminfo',
        '/proc/stat',
        '/proc/sys',
        '/proc/uptime',
        '/sys/devices/system',
        '/sys/fs/cgroup',
        '/sys/kernel/mm',
        '/dev/random',
        '/dev/urandom',
        '/dev/zero',
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
call.then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(70);
  },
);
