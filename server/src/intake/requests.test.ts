import { expect, test } from 'vitest';
import { intakeAlone } from '../../../test/intake-alone.js';

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
