// node load.mjs URL NAME CONNECTIONS SECONDS [RATE] [BYTES]: posts reports, of so many bytes at least, each of a message of its own, and says what came back.
//
// With a rate, requests are due at fixed moments whether answers come or not, and a latency counts from the moment that
// a request was due: a server that stands still for a second makes all that fell due in it late. Without one, each
// connection sends its next request when it has its answer.
//
// Bare sockets and requests made beforehand: what sends shares two cores with what is measured.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

const [url, name, connectionCount, seconds, rate = '0', bytes = '0'] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const digits = 8;
const report = readFileSync(new URL('../fixtures/reports/installed-client.utf16le.smx', import.meta.url))
  .toString('utf16le')
  .replace(/<NetBIOSName>[^<]*/, `<NetBIOSName>${name}${'0'.repeat(digits)}`);
// What makes real ones large is what their states say.
const more = 'x'.repeat(Math.max(0, Number(bytes) / 2 - report.length));
const body = Buffer.from(report.replace('<Param>', `<Param>${more}`), 'utf16le');
const head = `POST /SMS_FSP/.sms_fsp HTTP/1.1\r\nhost: ${hostname}\r\ncontent-length: ${body.length}\r\n\r\n`;
const request = Buffer.concat([Buffer.from(head), body]);
const numberAt = head.length + 2 * (report.indexOf(`<NetBIOSName>${name}`) + `<NetBIOSName>${name}`.length);

let serial = 0;
/** A request of its own: the spool knows one that it has. */
function next() {
  const own = Buffer.from(request);
  own.write(String(serial++).padStart(digits, '0'), numberAt, 'utf16le');
  return own;
}

const answers = {};
const latencies = [];
const end = /\r\n\r\n/;

class Connection {
  constructor() {
    this.socket = connect(Number(port), hostname).setNoDelay(true);
    this.read = '';
    this.socket.setEncoding('latin1');
    this.socket.on('data', (data) => this.take(data));
    this.socket.on('error', () => (answers.error = (answers.error ?? 0) + 1));
  }

  post(due) {
    this.socket.write(next());
    return new Promise((resolve) => {
      this.answered = () => {
        latencies.push(performance.now() - due);
        resolve();
      };
    });
  }

  take(data) {
    this.read += data;
    const found = end.exec(this.read);
    if (found === null) return;
    const length = Number(/content-length: (\d+)/i.exec(this.read)?.[1] ?? 0);
    if (this.read.length < found.index + 4 + length) return;
    const status = this.read.slice(9, 12);
    answers[status] = (answers[status] ?? 0) + 1;
    this.read = this.read.slice(found.index + 4 + length);
    this.answered();
  }
}

const connections = Array.from({ length: Number(connectionCount) }, () => new Connection());
const begun = performance.now();
const stop = begun + Number(seconds) * 1000;
if (Number(rate) === 0)
  await Promise.all(
    connections.map(async (one) => {
      for (let now = performance.now(); now < stop; now = performance.now()) await one.post(now);
    }),
  );
else {
  const free = [...connections];
  const due = [];
  const send = () => {
    while (free.length > 0 && due.length > 0) {
      const one = free.pop();
      void one.post(due.shift()).then(() => {
        free.push(one);
        send();
      });
    }
  };
  for (let count = 0; performance.now() < stop;) {
    for (const all = ((performance.now() - begun) / 1000) * Number(rate); count < all; count++)
      due.push(begun + (count / Number(rate)) * 1000);
    send();
    await sleep(1);
  }
  while (due.length > 0 || free.length < connections.length) await sleep(5);
}
const took = (performance.now() - begun) / 1000;
latencies.sort((a, b) => a - b);
const quantile = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
process.stdout.write(
  `${JSON.stringify({ answers, perSecond: latencies.length / took, p50: quantile(0.5), p99: quantile(0.99) })}\n`,
);
process.exit();
