import { expect, test } from 'vitest';
import { report } from '../../../test/reports.js';
import { decoded } from './accept.js';

test('texts that no list could show are cut, and messages that differ behind the cut are two', () => {
  const long = 'X'.repeat(100_000);
  const one = decoded(report({ client: `PC${long}`, state: 313, params: ['1603', `${long}A`] }));
  const other = decoded(report({ client: `PC${long}`, state: 313, params: ['1603', `${long}B`] }));
  expect(one.machine.netbiosName).toBe(`PC${long.slice(0, 253)}…`);
  expect(one.messages[0]?.message.params).toEqual(['1603', `${long.slice(0, 4_095)}…`]);
  expect(one.messages[0]?.failed).toBe(true);
  expect(other.messages[0]?.message).toEqual(one.messages[0]?.message);
  expect(other.messages[0]?.messageId).not.toBe(one.messages[0]?.messageId);
});

test('a cut leaves no half of a character that takes two', () => {
  const { machine } = decoded(report({ client: `${'X'.repeat(254)}😀😀`, state: 100 }));
  expect(machine.netbiosName.isWellFormed()).toBe(true);
  expect(machine.netbiosName).toHaveLength(256);
});

test('the longest names that there are stay whole', () => {
  const fqdn = ['pc', ...Array.from({ length: 3 }, (_unused, index) => `${index}`.repeat(63)), 'corp.example'].join(
    '.',
  );
  expect(decoded(report({ client: fqdn, state: 100 })).machine.netbiosName).toBe(fqdn);
});
