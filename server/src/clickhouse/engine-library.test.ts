import { expect, test } from 'vitest';
import { engineLibrary, thisPlatform, type Platform } from './engine-library.js';

/** A machine that is not the one of this test. */
const machine = (fake: Partial<Platform>): Platform => ({ ...thisPlatform(), ...fake });

test.each([
  ['macOS', 'darwin arm64', { os: 'darwin', cpu: 'arm64', libc: null }],
  ['Windows', 'win32 x64', { os: 'win32', cpu: 'x64', libc: null }],
  ['Linux on ARM', 'linux arm64 glibc', { os: 'linux', cpu: 'arm64', libc: 'glibc' }],
  ['Alpine', 'linux x64 musl', { os: 'linux', cpu: 'x64', libc: 'musl' }],
] as const)('on %s the start says on one line how to get a ClickHouse', (_name, told, fake) => {
  let message = '';
  try {
    engineLibrary(machine(fake));
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message).toContain(`this is ${told}; run one: docker run -d --name clickhouse `);
  expect(message).toMatch(/-p 127\.0\.0\.1:8123:8123 .*and start with FSP_CLICKHOUSE_URL=http:\/\/127\.0\.0\.1:8123 /);
  expect(message).not.toContain('\n');
});

test('an engine that was left out at the installation is told from one that does not exist', () => {
  const linux = { os: 'linux', cpu: 'x64', libc: 'glibc' } as const;
  const resolve = (file: string) => {
    if (file.startsWith('@chdb/')) throw new Error('not installed');
    return `/somewhere/${file}`;
  };
  expect(() => engineLibrary(machine({ ...linux, resolve }))).toThrow(/was left out when this was installed/);
  expect(engineLibrary(machine({ ...linux, resolve: (file) => `/somewhere/${file}` }))).toBe(
    '/somewhere/@chdb/lib-linux-x64-gnu/libchdb.so',
  );
});

test('this machine is told as it is', () => {
  const { os, cpu, libc } = thisPlatform();
  expect([os, cpu]).toEqual([process.platform, process.arch]);
  expect(libc === null).toBe(process.platform !== 'linux');
});
