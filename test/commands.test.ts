import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesOnDisk } from '../server/src/setup-logs/files/on-disk.js';
import { prepareEngine } from './prepared-engine.js';
import { environment, fsp, program } from './server-process.js';
import { testFolder } from './test-folder.js';

const folder = testFolder();
const made = (name: string) => {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
};

describe('a command that cannot do what is asked says so and does nothing', () => {
  test.each([
    [['drain', '--dry-run'], /--dry-run goes with --spool/],
    [['drain', '--resume', '--keep-limit'], /--resume goes with no other option/],
    [['expect', '--merge', '--remove'], /say one of them/],
    [['expect', '--remove', '--list', ''], /--list is ""/],
    [['expect', '--remove', '--list', 'a\tb'], /1 to 100 characters/],
    [['import', '--host-name', '', 'package.json'], /--host-name is empty/],
  ])('%j', async (args, says) => {
    const { code, stdout, stderr } = await fsp(args, environment(made('data')));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(says);
  });

  test('an answer that the disk does not take is told', () => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [program, 'explain', '1603'], {
      env: environment(made('full')),
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    expect(status).toBe(1);
    expect(stderr).toMatch(/cannot be written: ENOSPC/);
  });

  test('a question to a ClickHouse that hangs ends with that word, and does not wait for it', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { code, stderr } = await fsp(
      ['query', 'SELECT 1'],
      environment(made('hangs'), { FSP_CLICKHOUSE_URL: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` }),
    );
    silent.close().closeAllConnections();
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('not even whether it lives') as string,
    });
  });

  test('a quarantine that cannot be read is not called empty', async () => {
    const data = made('quarantine');
    writeFileSync(join(data, 'quarantine'), 'a file where the folder should be');
    for (const args of [['list'], ['drop', '--all']]) {
      const { code, stdout, stderr } = await fsp(['quarantine', ...args], environment(data));
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/quarantine cannot be read|The quarantine .* cannot be read/);
    }
  });

  test('a start that fails at its last step ends, and does not go on without listening to signals', async () => {
    const data = made('start');
    // Where the server says where it listens.
    mkdirSync(join(data, 'server.json', 'x'), { recursive: true });
    await prepareEngine(data);
    // The embedded engine has no certificate: an authority for one is none of its concern, and ended a start half-way.
    const unused = { FSP_CLICKHOUSE_CA_FILE: join(data, 'nobody.pem') };
    const { code, stderr } = await fsp(['serve'], environment(data, unused));
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/server\.json/);
  });

  test('tokens that are damaged are named, and not the token that nobody gave', async () => {
    const data = made('tokens');
    writeFileSync(join(data, 'tokens.json'), '{"admin"');
    const { code, stderr } = await fsp(['drain'], environment(data));
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/tokens\.json cannot be read: mend it/);
  });

  test('a query says that ClickHouse does not answer, and asks for no account', async () => {
    const { code, stderr } = await fsp(
      ['query', 'SELECT 1'],
      environment(made('query'), { FSP_CLICKHOUSE_URL: 'http://127.0.0.1:9' }),
    );
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/ECONNREFUSED/);
    expect(stderr).not.toContain('CREATE USER');
  });

  test('an address that carries a password is refused by --url, and the password not repeated', async () => {
    for (const url of ['http://me:hunter2@127.0.0.1:9', 'http://127.0.0.1:9/?token=hunter2']) {
      const { code, stderr } = await fsp(
        ['query', '--url', url, '--token', 'x'.repeat(16), 'SELECT 1'],
        environment(made('url')),
      );
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(/^fsp: --url is "http:.*\*\*\*.*without user, password/),
      ]);
      expect(stderr).not.toContain('hunter2');
    }
    const away = await fsp(
      ['query', '--url', 'http://127.0.0.1:9', '--token', 'x'.repeat(16), 'SELECT 1'],
      environment(made('url')),
    );
    expect(away.stderr).toMatch(/^fsp: No server answers at http:\/\/127\.0\.0\.1:9\/.*check --url/);
  });

  test.runIf(process.platform === 'linux')('a limit of open files that is too low is told with what to raise', () => {
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', `ulimit -n 64; exec "$0" "$1" serve`, process.execPath, program],
      {
        env: environment(made('few')),
        encoding: 'utf8',
      },
    );
    expect([status, stderr]).toEqual([
      2,
      'fsp: A server cannot run with 64 open files; raise the limit to 1024 or more: ulimit -n, or LimitNOFILE= of the service (FSP_CONFIG_INVALID)\n',
    ]);
  });

  test('a simulation of which every message is refused has failed', async () => {
    const wrong = createServer((request, answer) => {
      request.resume().on('end', () => answer.writeHead(404).end());
    }).listen(0, '127.0.0.1');
    await once(wrong, 'listening');
    try {
      const url = `http://127.0.0.1:${(wrong.address() as AddressInfo | null)?.port ?? 0}`;
      const { code, stderr } = await fsp(['simulate', '--clients', '2', '--rate', '0', '--url', url], {
        PATH: process.env.PATH ?? '',
      });
      expect(code).toBe(1);
      expect(stderr).toMatch(/refused \d+ messages, the last with status 404/);
    } finally {
      wrong.close();
    }
  });
});

test('a folder below that may not be read is named, and everything beside it is read', async () => {
  const logs = made('logs');
  writeFileSync(join(logs, 'a.log'), 'x');
  const closed = made('logs/closed');
  writeFileSync(join(logs, 'z.log'), 'z');
  chmodSync(folder, 0o755);
  chmodSync(closed, 0o000);
  // An administrator may read everything: for this moment it is somebody else who asks.
  const administrator = process.geteuid?.() === 0;
  if (administrator) process.seteuid?.(65_534);
  try {
    const found = await filesOnDisk([logs]);
    expect(found.map(({ path }) => path)).toEqual(['a.log', 'closed', 'z.log'].map((name) => join(logs, name)));
    await expect(found[1]!.source.read(0, 1)).rejects.toThrow(/closed cannot be read: EACCES/);
    await expect(filesOnDisk([closed])).rejects.toThrow(/closed cannot be read: EACCES/);
  } finally {
    if (administrator) process.seteuid?.(0);
    chmodSync(closed, 0o755);
  }
});
