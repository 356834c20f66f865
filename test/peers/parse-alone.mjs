// node test/peers/parse-alone.mjs FILE ZONE: our parser by itself, in a process of its own. Prints one line of JSON.
import { open } from 'node:fs/promises';
import { LogParser } from '../../server/dist/setup-logs/log-parser.js';

const [, , path, timezone] = process.argv;
const chunk = Buffer.alloc(256 * 1024);
let records = 0;
const before = process.cpuUsage();
const begun = performance.now();
const parser = new LogParser({ timezone, onRecord: () => records++ });
const file = await open(path);
for (;;) {
  const { bytesRead } = await file.read(chunk);
  if (bytesRead === 0) break;
  parser.push(chunk.subarray(0, bytesRead));
}
parser.end();
await file.close();
const seconds = (performance.now() - begun) / 1000;
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ records, seconds, cpuSeconds: (user + system) / 1e6 }));
