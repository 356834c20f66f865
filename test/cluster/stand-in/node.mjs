// One node of a ClickHouse cluster: the embedded engine's library, run with a server's configuration and, in memory
// only, five small patches: what LocalServer never does and Server does. See README.md.
// node node.mjs LIBRARY CONFIG DATADIR HTTP TCP INTERSERVER ADVERTISED   (ends when its standard input does)
// ADVERTISED is the port of INTERSERVER that other nodes are told: a link that can be cut.
import { createRequire } from 'node:module';
import { mkdirSync, openSync, readFileSync, writeSync, readSync, closeSync } from 'node:fs';
import { serveParts } from './interserver.mjs';
const [, , library, config, dataDir, http, tcp, inter, advertised = inter] = process.argv;
const { DataType, load, open } = createRequire(new URL('../../../server/package.json', import.meta.url))('ffi-rs');
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
mkdirSync(dataDir, { recursive: true });
open({ library: 'chdb', path: library });

/** Addresses in @chdb/lib-linux-x64-gnu 26.7.3-stable.1; `before` makes sure of it. */
const base = Number(
  '0x' + /^([0-9a-f]+)-[0-9a-f]+ \S+ 00000000 .*libchdb\.so$/m.exec(readFileSync('/proc/self/maps', 'utf8'))[1],
);
function patch(address, before, after) {
  const mem = openSync('/proc/self/mem', 'r+');
  const there = Buffer.alloc(before.length);
  readSync(mem, there, 0, there.length, base + address);
  if (!there.equals(before)) throw new Error(`another library: ${there.toString('hex')} at 0x${address.toString(16)}`);
  writeSync(mem, after, 0, after.length, base + address);
  closeSync(mem);
}
// Context::getInterserverIOAddress(): { "127.0.0.1", inter } as pair<std::string, UInt16> into *rdi.
const imm16 = Buffer.alloc(2);
imm16.writeUInt16LE(Number(advertised));
patch(
  0x1417c9c0,
  Buffer.from('4156534883ec484c8b36', 'hex'),
  Buffer.concat([
    Buffer.from('48b8', 'hex'),
    Buffer.from('127.0.0.'),
    Buffer.from('488907', 'hex'), // mov rax,"127.0.0."; mov [rdi],rax
    Buffer.from('48c7470831000000', 'hex'), // mov qword [rdi+8],"1"
    Buffer.from('48b8', 'hex'),
    Buffer.from('0000000000000009', 'hex'),
    Buffer.from('48894710', 'hex'), // length 9 in byte 23
    Buffer.from('66c74718', 'hex'),
    imm16,
    Buffer.from('4889f8c3', 'hex'), // mov word [rdi+24],port; mov rax,rdi; ret
  ]),
);
// Context::getInterserverCredentials(): a shared_ptr to zeroes, which are credentials without user (else null is read).
patch(0x1417c940, Buffer.from('415741565348', 'hex').subarray(0, 5), Buffer.from('488d05b900000031d2c3', 'hex')); // lea rax,[0x1417ca00]; xor edx,edx; ret
patch(0x1417ca00, Buffer.alloc(0), Buffer.alloc(160));
// Context::getInterserverScheme(): "http".
patch(
  0x1417cac0,
  Buffer.from('488b06', 'hex'),
  Buffer.concat([
    Buffer.from('48c707', 'hex'),
    Buffer.from('http'),
    Buffer.from('48c7470800000000', 'hex'),
    Buffer.from('48b80000000000000004', 'hex'),
    Buffer.from('48894710', 'hex'),
    Buffer.from('4889f8c3', 'hex'),
  ]),
);
// DatabaseCatalog::canPerformReplicatedDDLQueries(): true.
patch(0x142891c0, Buffer.alloc(0), Buffer.from('b001c3', 'hex'));
// getDatabaseReplicatedCreateTablesThreadPool(): the IO pool, which is initialised (jmp to its getter).
const jump = Buffer.alloc(5);
jump[0] = 0xe9;
jump.writeInt32LE(0xf1cd740 - (0xf1ce5c0 + 5), 1);
patch(0xf1ce5c0, Buffer.from('415741565348', 'hex'), jump);

const auth = { 'X-ClickHouse-User': 'cluster', 'X-ClickHouse-Key': 'cluster' };
const q = (s) => s.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
await serveParts({
  port: Number(inter),
  log: (t) => {
    if (process.env.SAY) process.stderr.write(`interserver: ${t}\n`);
  },
  async partDir(replicaPath, part) {
    const sql = `SELECT p.path FROM system.parts p JOIN system.replicas r ON p.database = r.database AND p.table = r.table WHERE r.replica_path = '${q(replicaPath)}' AND p.name = '${q(part)}' LIMIT 1 FORMAT TSVRaw`;
    const answer = await fetch(`http://127.0.0.1:${http}/`, { method: 'POST', headers: auth, body: sql });
    const path = (await answer.text()).trim();
    return answer.ok && path !== '' ? path : null;
  },
});
const script = `SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP; SELECT count() FROM file(stdin, 'LineAsString', 's String') FORMAT Null`;
const args = [
  'clickhouse-local',
  `--config-file=${config}`,
  `--path=${dataDir}`,
  '--listen_host=127.0.0.1',
  `--http_port=${http}`,
  `--tcp_port=${tcp}`,
  ...(process.env.LOG
    ? [`--logger.log=${process.env.LOG}`, `--logger.level=${process.env.LEVEL ?? 'trace'}`]
    : ['--log-level=error']),
  '--query',
  script,
];
load({
  library: 'chdb',
  funcName: 'chdb_query_cmdline',
  retType: DataType.I64,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [args.length, args],
  runInNewThread: true,
}).then(
  (rc) => {
    process.stderr.write(`ended ${rc}\n`);
    process.exit(0);
  },
  (e) => {
    process.stderr.write(String(e) + '\n');
    process.exit(70);
  },
);
