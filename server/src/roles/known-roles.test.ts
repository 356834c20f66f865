import { beforeEach, expect, test } from 'vitest';
import { FspError } from '../errors.js';
import { KnownRoles } from './known-roles.js';
import type { RoleVersion } from './role.js';

const version = (server: string, number: number): RoleVersion => ({
  server,
  version: number,
  changeId: `${server}-${number}`,
  changedAt: number,
  changedBy: 'Ada',
  removed: false,
  configuration: {
    serverName: server,
    siteCode: 'PS1',
    intranetFqdn: '',
    internetFqdn: '',
    internetClients: false,
    installationAccount: null,
    messageCount: 10_000,
    throttleIntervalSeconds: 3_600,
    throttleReserve: 0.2,
    otherRoles: [],
  },
});
const names = (versions: RoleVersion[]) => versions.map(({ server, version: number }) => `${server} ${number}`);

/** A ClickHouse that answers, refuses, or hangs until it is let go. */
let clickhouse: { state: 'answers' | 'refuses' | 'hangs'; asked: number; letGo(): void };
let own: RoleVersion | null;
let roles: KnownRoles;

beforeEach(() => {
  let release: () => void = () => undefined;
  const go = new Promise<void>((resolve) => (release = resolve));
  clickhouse = { state: 'answers', asked: 0, letGo: release };
  own = null;
  const answer = async <T>(value: T): Promise<T> => {
    clickhouse.asked++;
    if (clickhouse.state === 'refuses') throw new FspError('FSP_CLICKHOUSE_UNREACHABLE', 'away');
    if (clickhouse.state === 'hangs') await go;
    return value;
  };
  roles = new KnownRoles({
    store: {
      newest: () => answer([version('FSP01', 2), version('FSP02', 1)]),
      newestOf: (server) => answer(server === 'FSP03' ? null : version(server, 2)),
      history: (server) => answer([version(server, 2), version(server, 1)]),
    },
    own: () => own,
    now: () => 1_000,
    patienceMs: 20,
  });
});

test('what ClickHouse answers is given as it is', async () => {
  expect(await roles.newest()).toMatchObject({ remembered: null });
  expect((await roles.newestOf('FSP03')).value).toBeNull();
});

test.each(['refuses', 'hangs'] as const)(
  'a ClickHouse that %s costs no more than what changed since',
  async (state) => {
    await roles.newest();
    clickhouse.state = state;
    own = version('FSP01', 3);
    const { value, remembered } = await roles.newest();
    expect(names(value)).toEqual(['FSP01 3', 'FSP02 1']);
    expect(remembered).toEqual({ at: 1_000 });
    expect((await roles.newestOf('FSP02')).value?.version).toBe(1);
    expect((await roles.newestOf('FSP03')).value).toBeNull();
  },
);

test.each(['refuses', 'hangs'] as const)(
  'after a start without ClickHouse that %s the receiver knows its own role',
  async (state) => {
    clickhouse.state = state;
    own = version('FSP01', 3);
    expect(await roles.newest()).toEqual({ value: [own], remembered: { at: null } });
    expect(names((await roles.history('FSP01')).value)).toEqual(['FSP01 3']);
  },
);

test('where nothing is remembered the error is told, and a role of another server is not denied', async () => {
  clickhouse.state = 'refuses';
  await expect(roles.newest()).rejects.toThrow('away');
  own = version('FSP01', 3);
  await expect(roles.history('FSP02')).rejects.toThrow('away');
  await expect(roles.newestOf('FSP02')).rejects.toThrow('away');
});

test('a ClickHouse that hangs is asked each question once, and its late answer is taken', async () => {
  clickhouse.state = 'hangs';
  own = version('FSP01', 2);
  await Promise.all([roles.newest(), roles.newest(), roles.newest()]);
  expect(clickhouse.asked).toBe(1);
  const late = roles.newest();
  clickhouse.letGo();
  expect(await late).toMatchObject({ remembered: null });
  expect((await roles.newest()).remembered).toBeNull();
});
