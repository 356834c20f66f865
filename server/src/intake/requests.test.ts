import { randomBytes } from 'node:crypto';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { intakeAlone } from '../../../test/intake-alone.js';
import { decodeReport } from '../report/decode.js';

test.each([
  ['10.9.9.9:51234', '10.9.9.9'],
  ['[2001:db8::7]:4711', '2001:db8::7'],
  ['[2001:db8::7]', '2001:db8::7'],
  ['2001:db8::7', '2001:db8::7'],
  ['10.9.9.9:51234, 127.0.0.1:80', '10.9.9.9'],
  ['1.2.3.4, 10.9.9.9:51234', '10.9.9.9'],
  ['10.9.9.9:x', '127.0.0.1'],
  ['[10.9.9.9', '127.0.0.1'],
])('of a client that a proxy names %s the address is %s', async (forwarded, address) => {
  const { post, taken } = await intakeAlone();
  await post('/SMS_FSP/x', 'a', { 'x-forwarded-for': forwarded });
  expect(taken.map(({ origin }) => origin.clientAddress)).toEqual([address]);
});

const request = (size: number, close = false) =>
  `POST /SMS_FSP/.sms_fsp HTTP/1.1\r\nHost: x\r\n${close ? 'Connection: close\r\n' : ''}Content-Length: ${size}\r\n\r\n${'<'.repeat(size)}`;

test.each([
  [[1_800, 1_800]],
  [[900, 2_500]],
  [[900, 900, 900, 900]],
  [[2_500, 900, 2_500]],
  [[900, 900, 5_000, 900, 900]],
])('requests of %j bytes in one packet are all answered, in their order', async (sizes) => {
  const { raw, taken } = await intakeAlone();
  const answers = await raw(sizes.map((size, index) => request(size, index === sizes.length - 1)).join(''));
  expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual(sizes.map(() => 'HTTP/1.1 200'));
  expect(taken.map(({ body }) => body.length)).toEqual(sizes);
});

describe('a compressed body is refused as what it is', () => {
  const text = '<Report/>'.repeat(3_000);
  test.each([
    ['gzip', gzipSync(text), ''],
    ['gzip', gzipSync(text), 'gzip'],
    ['br', brotliCompressSync(text), 'br'],
    // Large ones are refused by how they begin.
    ['gzip', gzipSync(randomBytes(100_000)), ''],
    ['deflate', deflateSync(randomBytes(100_000)), 'deflate'],
  ])('%s', async (name, body, header) => {
    const { post, refused } = await intakeAlone({
      accept: (bytes) => {
        decodeReport(bytes);
      },
    });
    const answer = await post('/SMS_FSP/x', body, header === '' ? {} : { 'content-encoding': header });
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringMatching(new RegExp(`^The body is compressed .*${name}.*; send it without compression\\n$`)),
    ]);
    expect(refused).toEqual([expect.stringContaining(name)]);
  });
});

const head = (line: string, more = '') => `${line} HTTP/1.1\r\n${more}Connection: close\r\nContent-Length: 1\r\n\r\n<`;
const host = 'Host: x\r\n';

describe('a report is taken', () => {
  test.each([
    ['on a path that no address can have', head('POST /SMS_FSP/%zz', host)],
    ['on one that is no UTF-8', head('POST /SMS_FSP/%ff', host)],
    ['behind two slashes', head('POST //SMS_FSP/.sms_fsp', host)],
    ['with a query that is none', head('POST /sms_fsp?%zz', host)],
    ['on an absolute address', head('POST http://fsp/SMS_FSP/.sms_fsp', host)],
    ['by CCM_POST on such a path', head('CCM_POST /SMS_FSP/%zz', host)],
    ['with an expectation that nobody knows', head('POST /SMS_FSP/x', `${host}Expect: a-miracle\r\n`)],
  ])('%s', async (_name, bytes) => {
    const { raw, taken, statuses } = await intakeAlone();
    expect(await raw(bytes)).toMatch(/^HTTP\/1.1 200/);
    expect(taken).toHaveLength(1);
    expect(statuses).toEqual([200]);
  });
});

describe('an answer of one line of text, which is counted, is given', () => {
  test.each([
    ['where a path can be none', 404, head('POST /%zz', host)],
    ['where a path can be none that reports are put to', 404, head('PUT /SMS_FSP/%zz', host)],
    ['without a Host', 400, head('POST /SMS_FSP/x')],
    ['by CCM_POST without a Host', 400, head('CCM_POST /SMS_FSP/x')],
  ])('%s', async (_name, status, bytes) => {
    const { raw, taken, statuses } = await intakeAlone();
    const answer = await raw(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toMatch(/\r\ncontent-type: text\/plain.*\r\n/i);
    expect(answer.split('\r\n\r\n')[1]).toMatch(/^[^\n{]+\n$/);
    expect(statuses).toEqual([status]);
    expect(taken).toEqual([]);
  });
});

test.each([
  ['CCM_POST', 500],
  ['POST', 500],
  ['POST', 40_000],
  ['POST', 300_000],
  ['CCM_POST', 40_000],
])('a %s of %i bytes is taken and answered where its sender ends its side and waits', async (verb, size) => {
  const { raw, taken } = await intakeAlone();
  expect(await raw(request(size).replace('POST', verb), { halfClose: true })).toMatch(/^HTTP\/1.1 200 /);
  expect(taken.map(({ body }) => body.length)).toEqual([size]);
});

test('several requests are answered where their sender ends its side and waits', async () => {
  const { raw } = await intakeAlone();
  const answers = await raw(request(40_000) + request(2_500) + request(900), { halfClose: true });
  expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual(Array.from({ length: 3 }, () => 'HTTP/1.1 200'));
});

test('a request whose sender ends its side before it is whole is refused, and its connection ends', async () => {
  const { raw, taken } = await intakeAlone();
  for (const size of [500, 40_000])
    expect(await raw(request(size).slice(0, -1), { halfClose: true })).toMatch(/^(?:HTTP\/1.1 400 |$)/);
  expect(taken).toEqual([]);
});

test('what is refused unread is told so where its sender ends its side and waits', async () => {
  const { raw } = await intakeAlone();
  expect(
    await raw(`POST /SMS_FSP/x HTTP/1.1\r\n${host}Content-Length: 100000\r\n\r\nGIF`, { halfClose: true }),
  ).toMatch(/^HTTP\/1.1 400 /);
});

test('a connection is kept as long whichever way its request went', async () => {
  const { post } = await intakeAlone();
  const usual = await post('/SMS_FSP/x', '<');
  const other = await post('/SMS_FSP/x?', '<', { 'x-forwarded-for': '10.1.2.3' });
  expect([usual, other].map(({ headers }) => headers.get('keep-alive'))).toEqual(['timeout=60', 'timeout=60']);
});
