import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { testFolder } from '../../test/test-folder.js';
import { configReference } from './commands/config.js';
import { loadConfig, settings } from './config.js';

const load = (env: Record<string, string>, flags = {}, file?: string) => loadConfig({ env, flags, file });

function fileWith(content: string): string {
  const file = join(testFolder(), 'fsp.yaml');
  writeFileSync(file, content);
  return file;
}

test('flags win over the environment, the environment over the file, the file over the defaults', () => {
  const file = fileWith('intakePort: 81\nmanagementPort: 82\nsiteCode: ABC\n');
  const { config, sources } = load({ FSP_INTAKE_PORT: '91', FSP_MANAGEMENT_PORT: '92' }, { intakePort: '95' }, file);
  expect(config).toMatchObject({ intakePort: 95, managementPort: 92, siteCode: 'ABC', throttleMessages: 10_000 });
  expect(sources).toMatchObject({
    intakePort: '--intake-port',
    managementPort: 'FSP_MANAGEMENT_PORT',
    siteCode: `file ${file}`,
    dataDir: 'default',
  });
});

test('an empty variable counts as not set', () => {
  expect(load({ FSP_INTAKE_PORT: '' }).config.intakePort).toBe(8080);
});

test.each([
  ['FSP_INTAKE_PORT', '80x', 'a whole number from 0 to 65535'],
  ['FSP_INTAKE_PORT', '70000', 'a whole number from 0 to 65535'],
  ['FSP_SITE_CODE', 'ps1', 'three capital letters or digits'],
  ['FSP_THROTTLE_MESSAGES', '99', 'a whole number from 100 to 100000'],
  ['FSP_THROTTLE_INTERVAL', '86401', 'a whole number from 60 to 86400'],
  ['FSP_THROTTLE_ORDER', 'random', 'failures-first or arrival'],
  ['FSP_CLICKHOUSE_URL', 'clickhouse:8123', 'http(s)://host:port'],
  ['FSP_CLICKHOUSE_URL', 'http://clickhouse:99999', 'http(s)://host:port'],
  ['FSP_CLICKHOUSE_URL', 'http://a:8123,b:8123:1', 'http(s)://host:port'],
  ['FSP_CLICKHOUSE_DATABASE', 'a;b', 'letters, digits and underscores'],
  ['FSP_SERVER_NAME', ' ', 'a name of 1 to 253 characters'],
  ['FSP_SERVER_NAME', ' FSP01', 'a name of 1 to 253 characters'],
  ['FSP_DATA_DIR', ' ', 'a text on one line, without a space'],
  ['FSP_DATA_DIR', '/var/lib/fsp ', 'a text on one line, without a space'],
  ['FSP_MANAGEMENT_HOST', '\u00a0', 'a text on one line, without a space'],
  ['FSP_CLICKHOUSE_USER', ' default', 'a text on one line, without a space'],
  ['FSP_CLICKHOUSE_CA_FILE', '/etc/ca pem\u2028', 'a text on one line, without a space'],
  ['FSP_MANAGEMENT_TLS_KEY', '/etc/key.pem ', 'path of a PEM file without password on one line'],
  ['FSP_SITE_INBOX', ' ', 'a text on one line, without a space'],
  ['FSP_SETUP_LOGS_TIMEZONE', 'Europe/Pariss', 'a name such as Europe/Paris'],
  ['FSP_TRUSTED_PROXIES', 'abc', 'addresses or networks'],
  ['FSP_TRUSTED_PROXIES', '10.0.0.0-33', 'addresses or networks'],
])('%s=%s is refused with the name, the value and what is allowed', (name, value, allowed) => {
  expect(() => load({ [name]: value })).toThrow(
    new RegExp(`^${name} is "${value.replace(/[.;]/g, '\\$&')}"; allowed: .*${allowed.replace(/[().]/g, '\\$&')}`),
  );
});

test.each([
  'loopback', 'linklocal, uniquelocal', '10.0.0.1', '10.0.0.0/8,192.168.0.0/16', '2001:db8::/32', '::1', '::ffff:10.0.0.1', '::ffff:10.0.0.0/104',
  '10.0.0.0/255.0.0.0', '10.0.0.0/255.0.255.0', '10.0.0.0/0.0.0.0', '10.0.0.0/33', '10.0.0.0/0', '10.0.0.0/', '10.0.0.0/x', '10.0.0.0/08', '10.0.0.0/8/8',
  '10.0.0.0/-1', '2001:db8::/129', '2001:db8::/255.0.0.0', '10.0.0.256', 'loopback,', ',', ' ', 'LOOPBACK', 'toString', 'proxy.example', '*', 'true',
])('the proxies %j are refused at the start where Fastify would refuse them', (proxies) => {
  const accepted = (work: () => unknown) => {
    try {
      work();
      return true;
    } catch {
      return false;
    }
  };
  expect(accepted(() => load({}, { trustedProxies: proxies }))).toBe(accepted(() => Fastify({ trustProxy: proxies })));
}); // prettier-ignore

test('the environment can say that no proxy is trusted, and that names are of any script', () => {
  expect(load({ FSP_TRUSTED_PROXIES: 'none' }).config.trustedProxies).toBe('none');
  expect(load({ FSP_SERVER_NAME: 'Standort Köln 1' }).config.serverName).toBe('Standort Köln 1');
  expect(() => load({ FSP_SERVER_NAME: 'FSP\n01' })).toThrow(/on one line/);
});

test.each(['', '\n'])(
  'a file of a secret that is empty (%j) is refused: a token would be made, and a password be none',
  (content) => {
    const file = fileWith(content);
    for (const name of ['FSP_ADMIN_TOKEN_FILE', 'FSP_CLICKHOUSE_PASSWORD_FILE'])
      expect(() => load({ [name]: file })).toThrow(
        `${name} is ${JSON.stringify(file)}, which cannot be read (it is empty)`,
      );
  },
);

test("a secret's value is never part of a message", () => {
  expect(() => load({ FSP_ADMIN_TOKEN: 'too short!' })).toThrow(
    /^FSP_ADMIN_TOKEN is \(not shown\); allowed: at least 16/,
  );
});

test('a ClickHouse URL with a password in it is refused, and the password not repeated', () => {
  expect(() => load({ FSP_CLICKHOUSE_URL: 'http://me:hunter2@db:8123' })).toThrow(/settings of their own/);
  for (const url of [
    'http://me:hunter2@db:8123',
    'http://db:8123/?user=me&password=hunter2',
    'me:hunter2@db:8123',
    'http://me:hunter2/hunter2@db:8123',
    'db:8123?password=hunter2',
  ]) {
    expect(() => load({ FSP_CLICKHOUSE_URL: url })).toThrow(/^FSP_CLICKHOUSE_URL is (?!.*hunter2).*\*\*\*/);
    const file = fileWith(`clickhouseUrl: [${JSON.stringify(url)}]`);
    expect(() => load({}, {}, file)).toThrow(/^clickhouseUrl (?!.*hunter2).*\*\*\*/);
  }
});

test('two listeners on one port are refused', () => {
  expect(() => load({ FSP_INTAKE_PORT: '8081' })).toThrow(/FSP_MANAGEMENT_PORT is 8081, which is also FSP_INTAKE_PORT/);
});

test('an unknown key in a file is an error, an unknown FSP_ variable a warning', () => {
  expect(() => load({}, {}, fileWith('intakeport: 1'))).toThrow(/intakeport in .* is no setting/);
  expect(load({ FSP_INTAKE_PROT: '1' }).warnings).toEqual([expect.stringContaining('FSP_INTAKE_PROT')]);
});

test.each([
  ['a list', '- 1'],
  ['no YAML', '{'],
  ['a word', 'hello'],
])('a file that holds %s is refused on one line', (_name, content) => {
  expect(() => load({}, {}, fileWith(content))).toThrow(/^--config [^\n]*$/);
});

test('a file that is not there is refused by its name', () => {
  expect(() => load({}, {}, '/nowhere/fsp.yaml')).toThrow(/\/nowhere\/fsp\.yaml cannot be read/);
});

test('the page on configuration holds the reference of every setting', () => {
  const page = readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8').replaceAll(/ +/g, ' ');
  expect(configReference().split('\n').length).toBeGreaterThan(settings.length);
  for (const setting of settings)
    expect(page).toContain(
      `| \`${setting.env}\`${setting.envFile === null ? '' : `, \`${setting.envFile}\``} | \`${setting.key}\` | ${setting.defaultText} | ${setting.description} | ${setting.allowed} |`,
    );
});
