import { createServer } from 'node:http';
import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { Random } from '../simulation/random.js';
import { usualRequest } from './usual-request.js';

const usual = 'POST /SMS_FSP/.sms_fsp HTTP/1.1\r\nHost: fsp\r\nUser-Agent: ccmhttp\r\nContent-Length: 5\r\n\r\nhello';
/** What tells one reader of HTTP from another, and what only looks as if it did. */
const pieces = [
  '\r\n', '\r', '\n', '\r\n\r\n', ' ', '\t', ':', '\0', '\u007f', 'é', '/', '.', '0', '5', 'Content-Length: 5\r\n', 'content-length: 4\r\n',
  'Content-Length:5\r\n', 'Content-Length: +5\r\n', 'Content-Length: 5, 5\r\n', 'Content-Length : 5\r\n', 'Content-Length: 05\r\n', 'Content-Length: 0x5\r\n',
  'Content-Length:\r\n', 'Content-Length: 5 \r\n', 'Content-Length: 99999\r\n', 'Transfer-Encoding: chunked\r\n', 'transfer-encoding:\tidentity\r\n',
  'Connection: close\r\n', 'Connection: keep-alive\r\n', 'connection: Keep-Alive, Upgrade\r\n', 'Expect: 100-continue\r\n', 'Upgrade: h2c\r\n',
  'Host: other\r\n', 'Host:\r\n', 'X-Forwarded-For: 10.1.2.3\r\n', 'X: y\r\n', ' folded\r\n', ': z\r\n', '_a: b\r\n', '__proto__: x\r\n', 'a b: c\r\n',
  'Content-Type: text/xml; charset=utf-16\r\n', 'Accept: */*\r\n', 'hello', 'GET', 'post', 'CCM_POST ', 'HTTP/1.0', 'HTTP/1.1', 'http://x', '?a=b', '/../',
  '%2e', '//', '#', 'SMS_FSPX', 'sms_fsp',
]; // prettier-ignore
const count = Number(process.env.FSP_TEST_COUNT ?? 5_000);
const seed = Number(process.env.FSP_TEST_SEED ?? 7);

function changed(random: Random): string {
  let text = usual;
  for (let edits = random.integer(0, 3); edits > 0; edits--) {
    const lineStarts = [...text.matchAll(/\r\n/g)].map(({ index }) => index + 2);
    const at = random.chance(0.5)
      ? lineStarts[random.integer(0, lineStarts.length - 1)]!
      : random.integer(0, text.length);
    const length = random.chance(0.6) ? 0 : random.integer(1, 20);
    const piece = random.chance(0.2) ? '' : pieces[random.integer(0, pieces.length - 1)]!;
    text = text.slice(0, at) + piece + text.slice(at + length);
  }
  return text.includes('\r\n') ? text : usual;
}

/** What Node's parser makes of the bytes of one connection: a line for each thing that comes to it. */
async function byNode(bytes: Buffer): Promise<string[]> {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    const body: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => body.push(chunk))
      .on('end', () => {
        heard.push(`${request.method} ${Buffer.concat(body).toString('latin1')} ${response.shouldKeepAlive}`);
      });
  });
  for (const event of ['clientError', 'upgrade', 'checkContinue', 'checkExpectation'])
    server.on(event, () => heard.push(event));
  const connection = new Duplex({
    read: () => undefined,
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  server.emit('connection', connection);
  connection.push(bytes);
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  connection.destroy();
  return heard;
}

test('a request as clients send it is a usual one, whole or not, and none with more behind it', () => {
  expect(usualRequest(Buffer.from(usual))?.toString()).toBe('hello');
  expect(usualRequest(Buffer.from(usual.slice(0, -1)))).toBeUndefined();
  expect(usualRequest(Buffer.from(`${usual}P`))).toBeNull();
});

test("what is taken for a usual request Node's parser reads alike, as the only one, on a connection that goes on", async () => {
  const random = new Random(seed);
  let accepted = 0;
  for (let index = 0; index < count; index++) {
    const bytes = Buffer.from(changed(random), 'latin1');
    const body = usualRequest(bytes);
    if (!body) continue;
    accepted++;
    expect(await byNode(bytes), bytes.toString('latin1')).toEqual([`POST ${body.toString('latin1')} true`]);
  }
  expect(accepted).toBeGreaterThan(count / 10);
});
