import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testFolder } from '../../../test/test-folder.js';
import { ReportDecoder } from './decoder.js';

/** Stands for the thread's own program: hangs, ends or fails where a body says so. */
const stand = `
import { parentPort } from 'node:worker_threads';
parentPort.on('message', ({ body }) => {
  const first = String.fromCharCode(body[0]);
  if (first === 'h') for (;;);
  if (first === 'e') process.exit(1);
  if (first === 'm') { const all = []; for (;;) all.push(new Array(1e6).fill(first)); }
  if (first === 'r') parentPort.postMessage({ body, refused: { code: 'FSP_REPORT_NOT_XML', message: 'no' } }, [body.buffer]);
  else parentPort.postMessage({ body, report: { messages: [] } }, [body.buffer]);
});
`;

let folder: string;
let decoder: ReportDecoder;
let warnings: string[];

beforeEach(() => {
  folder = testFolder();
  const program = join(folder, 'stand.mjs');
  writeFileSync(program, stand);
  warnings = [];
  decoder = new ReportDecoder({
    workers: 2,
    program,
    limitMs: 2_000,
    logger: { warn: (message) => warnings.push(message) },
  });
});
afterEach(async () => {
  await decoder.close();
});

const large = (first: string) => Buffer.alloc(100_000, first);
const real =
  '<Report><ReportBody><StateMessage><Topic Type="800"/><State ID="100"/></StateMessage></ReportBody></Report>';

test('a small report is decoded at once, a large one by a thread, and its body comes back as it was', async () => {
  await expect(decoder.decode(Buffer.from(real), 'a')).resolves.toMatchObject({
    report: { messages: [{ failed: false }] },
  });
  const { body } = await decoder.decode(large('x'), 'a');
  expect(body.equals(large('x'))).toBe(true);
});

test('a refusal is told as it was', async () => {
  await expect(decoder.decode(large('r'), 'a')).rejects.toMatchObject({ code: 'FSP_REPORT_NOT_XML', statusCode: 400 });
});

test.each([
  ['hangs', 'h'],
  ['ends', 'e'],
  ['takes all memory', 'm'],
])('a thread that %s is replaced, its client told to come again, and the next one served', async (_name, first) => {
  await expect(decoder.decode(large(first), 'a')).rejects.toMatchObject({ code: 'FSP_INTAKE_BUSY', statusCode: 503 });
  expect(warnings).toHaveLength(1);
  await expect(decoder.decode(large('x'), 'a')).resolves.toMatchObject({ report: { messages: [] } });
});

test('those who wait take turns, and small ones do not wait behind large ones', async () => {
  const order: string[] = [];
  const ask = async (name: string, body: Buffer, from: string) => {
    await Promise.resolve(decoder.decode(body, from)).catch(() => undefined);
    order.push(name);
  };
  await Promise.all([
    ask('hangs', large('h'), 'stranger'),
    ...['1', '2', '3'].map((one) => ask(`stranger ${one}`, large('x'), 'stranger')),
    ask('other', large('x'), 'other'),
    ask('small', Buffer.alloc(20_000, 'x'), 'stranger'),
  ]);
  expect(order[0]).toBe('small');
  expect(order.indexOf('other')).toBeLessThan(order.indexOf('stranger 2'));
});

test('a stop leaves nobody waiting', async () => {
  const asked = ['h', 'x', 'x'].map(async (first) => decoder.decode(large(first), 'a'));
  const told = await Promise.all([Promise.allSettled(asked), decoder.close()]);
  for (const one of told[0]) expect(one).toMatchObject({ reason: { code: 'FSP_INTAKE_BUSY' } });
});
