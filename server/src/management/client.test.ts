import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { NoWord, request } from './client.js';

const patienceMs = 300;

async function served(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a server that took a request and says nothing is told from one that is not there', async () => {
  const silent = await served(() => undefined);
  await expect(request(silent, { patienceMs })).rejects.toBeInstanceOf(NoWord);
  await expect(request('http://127.0.0.1:9', { patienceMs })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('so is one that falls silent in the middle of its answer', async () => {
  const broken = await served((_asked, answer) => answer.write('{'));
  await expect(request(broken, { patienceMs }).then(text)).rejects.toBeInstanceOf(NoWord);
});

test('an answer that goes on for longer than silence is borne comes whole', async () => {
  const slow = await served((_asked, answer) => {
    let rows = 0;
    const timer = setInterval(() => {
      if (++rows < 10) answer.write('row\n');
      else {
        clearInterval(timer);
        answer.end('end\n');
      }
    }, patienceMs / 3);
  });
  expect(await text(await request(slow, { patienceMs }))).toBe(`${'row\n'.repeat(9)}end\n`);
});
