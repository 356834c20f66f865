// Writes a log as Configuration Manager does, in a process of its own: appends in pieces that end anywhere, and now and
// then renames the file to .lo_ and begins it anew. Every line has a number, so that a reader can prove what it has; it
// sends how many it has. Only a file of which it has a line is renamed: what is renamed twice is gone for any reader, and
// how fast a reader is must not decide whether that happens.
import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const [path, countText, rotationsText, encoding] = process.argv.slice(2);
const count = Number(countText);
const rotateEvery = Math.ceil(count / (Number(rotationsText) + 1));
const encode = (text) => Buffer.from(text, encoding === 'utf16le' ? 'utf16le' : 'utf8');

let seen = 0;
process.on('message', (lines) => (seen = lines));
process.on('disconnect', () => process.exit(1));

let file = openSync(path, 'a');
let pending = encoding === 'utf16le' ? Buffer.from([0xff, 0xfe]) : Buffer.alloc(0);
const flush = () => {
  for (let at = 0; at < pending.length;) at += writeSync(file, pending, at);
  pending = Buffer.alloc(0);
};
for (let number = 1; number <= count; number++) {
  const second = String(number % 60).padStart(2, '0');
  const minute = String(Math.floor(number / 60) % 60).padStart(2, '0');
  const line = `<![LOG[line ${number} é ]]LOG]!><time="10:${minute}:${second}.000+000" date="03-15-2026" component="w" context="" type="1" thread="1" file="">\r\n`;
  pending = Buffer.concat([pending, encode(line)]);
  if (number % 7 === 0) {
    // Half of what there is, ending in the middle of a character now and then.
    const half = Math.ceil(pending.length / 2);
    const rest = pending.subarray(half);
    pending = pending.subarray(0, half);
    flush();
    pending = Buffer.from(rest);
    await sleep(1);
  }
  if (number % rotateEvery === 0 && number < count) {
    flush();
    while (seen <= number - rotateEvery) await sleep(1);
    closeSync(file);
    renameSync(path, path.replace(/\.log$/, '.lo_'));
    file = openSync(path, 'a');
    if (encoding === 'utf16le') pending = Buffer.from([0xff, 0xfe]);
  }
}
flush();
closeSync(file);
process.removeAllListeners('disconnect').disconnect();
