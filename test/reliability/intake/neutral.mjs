// Takes a part of one core's time and does nothing with it: node neutral.mjs PART PRIORITY. Ends with its parent.
import { setPriority } from 'node:os';

const [part, priority] = process.argv.slice(2).map(Number);
setPriority(priority);
const periodMs = 20;
process.stdin.resume().once('end', () => process.exit());
setInterval(() => {
  for (const end = performance.now() + part * periodMs; performance.now() < end;);
}, periodMs);
