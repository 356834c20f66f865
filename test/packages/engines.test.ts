import { readFileSync } from 'node:fs';
import { satisfies } from 'semver';
import { expect, test } from 'vitest';

interface Locked {
  version?: string;
  engines?: { node?: string };
  dev?: boolean;
  link?: boolean;
}

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
const locked = Object.entries((read('package-lock.json') as { packages: Record<string, Locked> }).packages);

/** What would warn about a Node when it is installed. */
const warning = (node: string, packages: [string, Locked][]) =>
  packages
    .filter(([, { engines }]) => !satisfies(node, engines?.node ?? '*'))
    .map(([path, { version, engines }]) => `${path} ${version ?? ''} wants Node ${engines?.node ?? ''}`);

test('npm ci warns about nothing on the oldest Node that is promised', () => {
  const promised = (read('server/package.json') as { engines: { node: string } }).engines.node;
  expect(promised).toBe('>=20.19');
  expect(locked.length).toBeGreaterThan(500);
  expect(warning('20.19.0', locked)).toEqual([]);
});

test.each(['20.19.0', '22.0.0', '24.0.0', '26.0.0'])('what is installed with the server takes Node %s', (node) => {
  const production = locked.filter(([, { dev, link }]) => dev !== true && link !== true);
  expect(production.length).toBeGreaterThan(150);
  const tools = /^node_modules\/(?:@?eslint|@typescript-eslint|espree|typescript-eslint)/;
  expect(
    warning(
      node,
      production.filter(([path]) => !tools.test(path)),
    ),
  ).toEqual([]);
});

test('a dependency that wants a newer Node would be seen', () => {
  expect(warning('20.19.0', [['node_modules/new', { version: '3.0.0', engines: { node: '>=22' } }]])).toEqual([
    'node_modules/new 3.0.0 wants Node >=22',
  ]);
});
