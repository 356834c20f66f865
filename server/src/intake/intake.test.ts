import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { FspError } from '../errors.js';
import { bodyLimit } from './bodies.js';
import { createIntake } from './intake.js';
import { IntakeMemory } from './memory.js';
import { createRejectedKeeper, type Origin } from './rejected.js';

let intake: FastifyInstance;
let port: number;
let taken: { body: string; origin: Origin }[];
let refused: string[];
let evidence: Buffer[];
let failure: Error | null;
let delayMs: number;
let gate: () => Promise<void>;

beforeEach(async () => {
  taken = [];
  refused = [];
  evidence = [];
  failure = null;
  delayMs = 0;
  gate = () => Promise.resolve();
  intake = createIntake({
    trustedProxies: 'loopback',
    logger: { error: () => undefined },
    async accept(body, origin) {
      if (failure !== null) throw failure;
      await gate();
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      taken.push({ body: body.toString(), origin });
    },
    reject(reason, body) {
      refused.push(reason);
      evidence.push(Buffer.from(body));
    },
  });
  await intake.listen({ host: '127.0.0.1', port: 0 });
  port = (intake.server.address() as AddressInfo).port;
});
afterEach(() => intake.close());

const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body, headers });

/** Writes the pieces one after the other on one connection, and gives all that came back until it was closed. */
async function raw(pieces: (string | Buffer)[], pauseMs = 5): Promise<string> {
  const socket: Socket = connect(port, '127.0.0.1');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString()));
  socket.on('error', () => undefined);
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  await closed;
  return answer;
}
const request = (verb: string, body: string, close = true) =>
  `${verb} /SMS_FSP/.sms_fsp HTTP/1.1\r\nHost: x\r\n${close ? 'Connection: close\r\n' : ''}Content-Length: ${body.length}\r\n\r\n${body}`;

describe('a message', () => {
  test.each([
    '/SMS_FSP/.sms_fsp',
    '/sms_fsp/.sms_fsp',
    '/SMS_FSP',
    '/Sms_Fsp/',
    '/SMS_FSP/a/b?c=d',
    '/SMS_FSP/%2e%2e%2fx',
  ])('is taken on %s and answered 200 with nothing', async (path) => {
    const answer = await post(path, 'hello');
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(taken[0]?.body).toBe('hello');
  });

  test.each(['text/plain', 'text/xml; charset=utf-16', 'application/json', 'multipart/form-data', 'nonsense'])(
    'is taken as bytes when it calls itself %s',
    async (type) => {
      expect((await post('/SMS_FSP/x', '{"not json', { 'content-type': type })).status).toBe(200);
      expect(taken[0]?.body).toBe('{"not json');
    },
  );

  test('is taken without a content type, and in many small pieces', async () => {
    const text = request('POST', 'hello world');
    expect(await raw(text.split(/(?=[^])/), 0)).toMatch(/^HTTP\/1.1 200/);
    expect(taken[0]?.body).toBe('hello world');
  });

  test('is answered when its sender has said good-bye, and again on the same connection where it has not', async () => {
    delayMs = 20;
    const { port: intakePort } = intake.server.address() as AddressInfo;
    const socket = connect(intakePort, '127.0.0.1');
    const answers: string[] = [];
    socket.on('data', (chunk) => answers.push(chunk.toString()));
    socket.write(request('POST', 'one', false));
    await expect.poll(() => answers.length).toBe(1);
    socket.end(request('POST', 'two', false));
    await once(socket, 'close');
    expect(answers).toEqual([
      expect.stringMatching(/^HTTP\/1.1 200 OK\r\ncontent-length: 0\r\n/),
      expect.stringMatching(/^HTTP\/1.1 200/),
    ]);
    expect(taken.map(({ body }) => body)).toEqual(['one', 'two']);
  });

  test("has the client's address, that of a trusted proxy's client, and never a text that is no address", async () => {
    await post('/SMS_FSP/x', 'a');
    await post('/SMS_FSP/x', 'a', { 'x-forwarded-for': '10.1.2.3' });
    await post('/SMS_FSP/x', 'a', { 'x-forwarded-for': '<script>' });
    expect(taken.map(({ origin }) => origin.clientAddress)).toEqual(['127.0.0.1', '10.1.2.3', '127.0.0.1']);
  });
});

describe('CCM_POST', () => {
  test.each([
    ['whole', [request('CCM_POST', 'hello', false)]],
    ['byte by byte', request('CCM_POST', 'hello', false).split(/(?=[^])/)],
    ['with its body apart', [request('CCM_POST', 'hello', false).slice(0, -5), 'hel', 'lo']],
  ])('is taken as POST, %s, and its connection closed after the answer', async (_name, pieces) => {
    expect(await raw(pieces, 1)).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*connection: close/i);
    expect(taken.map(({ body }) => body)).toEqual(['hello']);
  });

  test('takes a body of many packets', async () => {
    const body = '<'.repeat(300_000);
    expect(await raw([request('CCM_POST', body, false)])).toMatch(/^HTTP\/1.1 200/);
    expect(taken[0]?.body).toHaveLength(300_000);
  });

  test('leaves other connections as they are: several requests at once, and one after the other', async () => {
    const answers = await raw([
      request('POST', 'one', false) + request('POST', 'two', false),
      request('POST', 'three'),
    ]);
    expect(answers.match(/HTTP\/1.1 200/g)).toHaveLength(3);
    expect(taken.map(({ body }) => body)).toEqual(['one', 'two', 'three']);
  });
});

describe('what cannot be taken', () => {
  test.each([
    ['GET', '/SMS_FSP/.sms_fsp'],
    ['PUT', '/SMS_FSP/.sms_fsp'],
    ['GET', '/'],
    ['POST', '/SMS_FSPX'],
    ['POST', '/x/SMS_FSP/'],
  ])('%s %s is answered 404 on one line', async (method, path) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(method === 'GET' ? {} : { body: 'x' }),
    });
    expect(answer.status).toBe(404);
    expect((await answer.text()).trim()).not.toContain('\n');
  });

  test('a refused report is answered with its status and kept', async () => {
    failure = new FspError('FSP_REPORT_NOT_XML', 'The body is no XML');
    const answer = await post('/SMS_FSP/x', 'rubbish');
    expect([answer.status, await answer.text()]).toEqual([400, 'The body is no XML\n']);
    expect(refused).toEqual(['FSP_REPORT_NOT_XML: The body is no XML']);
  });

  test('a spool that takes nothing is answered 503 with when to try again, and the body is not kept as refused', async () => {
    failure = new FspError('FSP_SPOOL_UNAVAILABLE', 'no room');
    const answer = await post('/SMS_FSP/x', 'good');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30']);
    expect(refused).toEqual([]);
  });

  test('an error that nobody foresaw is answered 503 and says nothing of itself', async () => {
    failure = new Error('secret detail');
    expect(await (await post('/SMS_FSP/x', 'good')).text()).not.toContain('secret');
  });

  test('a body that is too large is answered 413, with and without a length', async () => {
    // Announced, and refused before a byte of it comes.
    expect(await raw([`POST /SMS_FSP/x HTTP/1.1\r\nHost: x\r\nContent-Length: ${bodyLimit + 1}\r\n\r\n`])).toMatch(
      /^HTTP\/1.1 413/,
    );
    const chunk = `10000\r\n${'<'.repeat(0x10000)}\r\n`;
    const endless = await raw(
      [
        'POST /SMS_FSP/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n',
        ...Array.from({ length: 70 }, () => chunk),
      ],
      0,
    );
    expect(endless).toMatch(/^HTTP\/1.1 413/);
    expect(taken).toEqual([]);
  });

  test.each(['Content-Length: 3000000', 'Transfer-Encoding: chunked'])(
    'a large body that begins as no report can is refused before the rest of it comes, and its beginning kept (%s)',
    async (header) => {
      const begin = header.startsWith('T') ? '1000\r\nGIF89a' : 'GIF89a';
      expect(await raw([`POST /SMS_FSP/x HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n${begin}`])).toMatch(/^HTTP\/1.1 400/);
      expect(taken).toEqual([]);
      expect(refused).toEqual([expect.stringMatching(/^FSP_REPORT_NOT_XML/)]);
      expect(evidence.map(String)).toEqual(['GIF89a']);
    },
  );

  test.each([
    ['that is too large', bodyLimit + 1, '<a>', '413 Payload Too Large', 'FSP_REPORT_TOO_LARGE'],
    ['that is no XML', 100_000, 'rubbish', '400 Bad Request', 'FSP_REPORT_NOT_XML'],
    ['of which nothing is there', bodyLimit * 1_000, '', '413 Payload Too Large', 'FSP_REPORT_TOO_LARGE'],
  ])(
    'a body %s is refused unread, in one layout of its request as in another',
    async (_name, length, begin, status, code) => {
      const ask = (fields: string) =>
        raw([`POST /SMS_FSP/x HTTP/1.1\r\nHost: x\r\n${fields}Content-Length: ${length}\r\n\r\n${begin}`, '']);
      // An address that a proxy passed on is Node's and Fastify's to read.
      const [usual, other] = await Promise.all([ask(''), ask('X-Forwarded-For: 10.1.2.3\r\n')]);
      expect(usual.split('\r\n')[0]).toBe(`HTTP/1.1 ${status}`);
      expect(usual.split('\r\n\r\n')[1]).toBe(other.split('\r\n\r\n')[1]);
      expect(usual.split('\r\n')[0]).toBe(other.split('\r\n')[0]);
      expect(refused.map((reason) => reason.split(':')[0])).toEqual([code, code]);
      expect(evidence.map(String)).toEqual(code === 'FSP_REPORT_NOT_XML' ? [begin, begin] : ['', '']);
    },
  );

  test('large bodies are read at a pace, their connections in turn, and small ones pass them by', async () => {
    const large = `<${'x'.repeat(1_000_000)}`;
    const order: string[] = [];
    const told = (name: string) => (answer: Response) => {
      order.push(`${name} ${answer.status}`);
    };
    await Promise.all([
      ...Array.from({ length: 3 }, () => post('/SMS_FSP/x', large).then(told('large'))),
      ...Array.from({ length: 5 }, (_, index) => post('/SMS_FSP/x', `<${index}`).then(told('small'))),
    ]);
    expect(order).toEqual([
      ...Array.from({ length: 5 }, () => 'small 200'),
      ...Array.from({ length: 3 }, () => 'large 200'),
    ]);
    expect(taken.map(({ body }) => body.length).sort((a, b) => a - b)).toEqual([
      2, 2, 2, 2, 2, 1_000_001, 1_000_001, 1_000_001,
    ]);
  });

  test.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['an unknown verb', 'FOO / HTTP/1.1\r\n\r\n', 400],
    ['CCM_ and another word', 'CCM_GET / HTTP/1.1\r\n\r\n', 400],
    ['a header of 20 kB', `POST /SMS_FSP/x HTTP/1.1\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
  ])('%s is answered with an error and closed', async (_name, text, status) => {
    expect(await raw([text])).toMatch(new RegExp(`^HTTP/1.1 ${status}`));
  });

  test.each([
    ['in the same packet', [request('POST', 'one', false) + 'rubbish\r\n\r\n', 'more rubbish']],
    ['in the next one', [request('POST', 'one', false), 'rubbish\r\n\r\n', 'more rubbish']],
  ])(
    'rubbish behind a good request, %s, leaves that one its answer and closes the connection',
    async (_name, pieces) => {
      delayMs = 40;
      const answers = await raw(pieces);
      // Its own answer may follow, never come before.
      expect(answers.match(/HTTP\/1.1 \d+/g)?.join()).toMatch(/^HTTP\/1.1 200(,HTTP\/1.1 400)?$/);
      expect(taken.map(({ body }) => body)).toEqual(['one']);
    },
  );

  test('rubbish in the middle of a chunked body is answered 400', async () => {
    const head = 'POST /SMS_FSP/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(await raw([head, '5\r\nhello\r\n', 'no length\r\n'])).toMatch(/^HTTP\/1.1 400/);
    expect(taken).toEqual([]);
  });

  test('a connection that breaks in the middle of a body takes nothing and harms nobody', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(request('POST', 'hello').slice(0, -2));
    await new Promise((resolve) => setTimeout(resolve, 30));
    socket.resetAndDestroy();
    expect((await post('/SMS_FSP/x', 'next')).status).toBe(200);
    expect(taken.map(({ body }) => body)).toEqual(['next']);
  });
});

describe('memory', () => {
  const large = '<'.repeat(bodyLimit - 1);
  const more = '<'.repeat(100_000);

  test('of bodies under way is bounded for each address, given back, and never taken from small bodies', async () => {
    let answerAll: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (answerAll = resolve));
    let waiting = 0;
    let refused = 0;
    gate = () => {
      waiting++;
      return held;
    };
    const upload = async () => {
      const { status } = await post('/SMS_FSP/x', large);
      if (status === 503) refused++;
      return status;
    };
    const first = Array.from({ length: 8 }, upload);
    // Those that found room wait to be taken; the others are told to come again.
    await expect.poll(() => waiting + refused, { timeout: 20_000 }).toBe(8);
    expect(refused).toBeGreaterThan(0);
    // Of those that came at once some more are refused than there is no room for.
    while (waiting < 4) {
      first.push(upload());
      await expect.poll(() => waiting + refused, { timeout: 20_000 }).toBe(first.length);
    }
    gate = () => Promise.resolve();
    expect((await post('/SMS_FSP/x', large)).status).toBe(503);
    expect((await post('/SMS_FSP/x', 'x'.repeat(10_000))).status).toBe(200);
    expect((await post('/SMS_FSP/x', more, { 'x-forwarded-for': '10.1.2.3' })).status).toBe(200);
    answerAll();
    const statuses = await Promise.all(first);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(3);
    expect((await post('/SMS_FSP/x', more)).status).toBe(200);
  });

  test('is all given back, however connections begin, break off and end, and wherever they post', async () => {
    let held = 0;
    let most = 0;
    const { count } = IntakeMemory.prototype;
    const spy = vi.spyOn(IntakeMemory.prototype, 'count').mockImplementation(function (
      this: IntakeMemory,
      peer,
      bytes,
    ) {
      count.call(this, peer, bytes);
      held += bytes;
      most = Math.max(most, held);
    });
    onTestFinished(() => {
      spy.mockRestore();
    });
    let state = 20_261_126;
    const random = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((state / 2_147_483_648) * below);
    };
    const anyOf = <T>(...all: T[]): T => all[random(all.length)]!;
    const heads = ['POST', 'CCM_POST', 'PUT'].map((verb) => `${verb} /SMS_FSP/x HTTP/1.1\r\nHost: x\r\n`);
    const sockets = Array.from({ length: 300 }, () => {
      const body = anyOf('<', 'a').repeat(anyOf(10, 10_000, 20_000, 70_000, 200_000));
      const chunked = random(3) === 0;
      const fields = chunked
        ? 'Transfer-Encoding: chunked\r\n\r\n' + body.length.toString(16) + '\r\n'
        : `Content-Length: ${body.length + anyOf(0, 0, 1, 5_000_000)}\r\n\r\n`;
      const text = anyOf(...heads) + fields + body + (chunked ? '\r\n0\r\n\r\n' : '');
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: random(2) === 0 });
      socket.on('error', () => undefined);
      if (random(2) === 0) socket.resume();
      socket.write(text.slice(0, anyOf(text.length, text.length, random(text.length))));
      const end = anyOf('reset', 'end', 'stay', 'stay');
      setTimeout(
        () => {
          if (end === 'reset') socket.resetAndDestroy();
          else if (end === 'end') socket.end();
        },
        anyOf(1, 20, 500, 2_000),
      );
      return socket;
    });
    await expect.poll(() => most).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => held, { timeout: 40_000 }).toBe(0);
    expect((await post('/SMS_FSP/x', more)).status).toBe(200);
  }, 60_000);

  test('of a body that stops coming, large or small, is given back, and its connection ended', async () => {
    const answers = await Promise.all(
      [100_000, 1_000].map((length) =>
        raw([`POST /SMS_FSP/x HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n<bc`]),
      ),
    );
    expect(answers).toEqual([expect.stringMatching(/^HTTP\/1.1 408/), expect.stringMatching(/^HTTP\/1.1 408/)]);
  });
});

test('closing ends connections that have said nothing', async () => {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write('CCM');
  await new Promise((resolve) => setTimeout(resolve, 30));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await intake.close();
  await closed;
});

test('refused bodies are kept up to sixty a minute, and the first 4 KiB of each', () => {
  const kept: number[] = [];
  const keep = createRejectedKeeper((entry) => kept.push(entry.body.length));
  for (let index = 0; index < 100; index++)
    keep('x', Buffer.alloc(10_000), { receivedAt: 1_000 + index, clientAddress: '' });
  keep('x', Buffer.alloc(3), { receivedAt: 61_000, clientAddress: '' });
  expect(kept).toEqual([...Array.from({ length: 60 }, () => 4096), 3]);
});
