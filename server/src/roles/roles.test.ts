import { beforeEach, describe, expect, test } from 'vitest';
import { FspError } from '../errors.js';
import { clientCommands } from './client-commands.js';
import { KnownRoles } from './known-roles.js';
import { allowedClientConnections, type RoleConfiguration, type RoleVersion } from './role.js';
import { RoleInForce } from './role-in-force.js';
import { Roles } from './roles.js';
import { httpsRoles, ruleTexts } from './rule-texts.js';
import { checkRole, type RuleContext } from './rules.js';
import { roleFromSysResUse } from './sys-res-use.js';

const good: RoleConfiguration = {
  serverName: 'FSP01',
  siteCode: 'PS1',
  intranetFqdn: 'fsp01.contoso.com',
  internetFqdn: '',
  internetClients: false,
  installationAccount: null,
  messageCount: 10_000,
  throttleIntervalSeconds: 3_600,
  throttleReserve: 0.2,
  otherRoles: [],
};
const calm: RuleContext = {
  existing: null,
  taken: false,
  resolves: () => Promise.resolve(true),
  ports: null,
  busiestDay: null,
};
const codes = async (change: Partial<RoleConfiguration>, context: Partial<RuleContext> = {}) =>
  (await checkRole({ ...good, ...change }, { ...calm, ...context })).map(({ code }) => code);

describe('rules', () => {
  test('a good role is not spoken against', async () => {
    expect(await codes({})).toEqual([]);
  });

  test.each<[string, Partial<RoleConfiguration>]>([
    ['ROLE_NAME_MISSING', { serverName: '' }],
    ['ROLE_NAME_INVALID', { serverName: 'FSP 01' }],
    ['ROLE_NAME_INVALID', { serverName: 'FSP01.CONTOSO.COM' }],
    ['ROLE_NAME_INVALID', { serverName: '-FSP' }],
    ['ROLE_NAME_INVALID', { serverName: '12345' }],
    ['ROLE_NAME_INVALID', { serverName: 'A'.repeat(16) }],
    ['ROLE_SITE_CODE_INVALID', { siteCode: 'PS' }],
    ['ROLE_INTRANET_FQDN_INVALID', { intranetFqdn: 'fsp01' }],
    ['ROLE_INTRANET_FQDN_INVALID', { intranetFqdn: '10.0.0.1' }],
    ['ROLE_INTERNET_FQDN_INVALID', { internetFqdn: 'fsp..com' }],
    ['ROLE_INTERNET_FQDN_MISSING', { internetClients: true }],
    ['ROLE_ACCOUNT_INVALID', { installationAccount: 'user' }],
    ['ROLE_ACCOUNT_INVALID', { installationAccount: 'CONTOSO\\svc\nRemove-Item' }],
    ['ROLE_MESSAGE_COUNT_RANGE', { messageCount: 99 }],
    ['ROLE_MESSAGE_COUNT_RANGE', { messageCount: 100_001 }],
    ['ROLE_THROTTLE_INTERVAL_RANGE', { throttleIntervalSeconds: 59 }],
    ['ROLE_THROTTLE_INTERVAL_RANGE', { throttleIntervalSeconds: 86_401 }],
    ['ROLE_THROTTLE_RESERVE_RANGE', { throttleReserve: -0.1 }],
    ['ROLE_THROTTLE_RESERVE_RANGE', { throttleReserve: 0.91 }],
  ])('%s: %j', async (code, change) => {
    expect(await codes(change)).toEqual([code]);
  });

  test.each<Partial<RoleConfiguration>>([
    { messageCount: 100 },
    { messageCount: 100_000 },
    { throttleIntervalSeconds: 60 },
    { throttleIntervalSeconds: 86_400 },
    { throttleReserve: 0 },
    { throttleReserve: 0.9 },
    { installationAccount: 'CONTOSO\\svc.install' },
  ])('%j is allowed', async (change) => {
    expect(await codes(change)).toEqual([]);
  });

  test('several errors are told together, and warnings only when there is none', async () => {
    expect(await codes({ serverName: '', messageCount: 0, intranetFqdn: '' })).toEqual([
      'ROLE_NAME_MISSING',
      'ROLE_MESSAGE_COUNT_RANGE',
    ]);
  });

  test('a name cannot change, and a server cannot hold the role twice', async () => {
    expect(await codes({}, { existing: { ...good, serverName: 'OTHER' } })).toEqual(['ROLE_NAME_CHANGED']);
    expect(await codes({}, { taken: true })).toEqual(['ROLE_EXISTS']);
  });

  test.each<[string, Partial<RoleConfiguration>, Partial<RuleContext>]>([
    ['ROLE_INTRANET_FQDN_MISSING', { intranetFqdn: '' }, {}],
    ['ROLE_NAME_UNRESOLVED', {}, { resolves: () => Promise.resolve(false) }],
    ['ROLE_WITH_MANAGEMENT_POINT', { otherRoles: ['management_point'] }, {}],
    ['ROLE_WITH_HTTPS_ROLE', { otherRoles: ['distribution_point'] }, {}],
    ['ROLE_INTERNET_THROTTLE_TIGHT', { internetFqdn: 'fsp.contoso.com', messageCount: 9_999 }, {}],
    ['ROLE_PORT_DIFFERS', {}, { ports: { site: 80, intake: 8080 } }],
    ['ROLE_THROTTLE_TOO_SLOW', {}, { busiestDay: 240_001 }],
  ])('%s is a warning', async (code, change, context) => {
    const findings = await checkRole({ ...good, ...change }, { ...calm, ...context });
    expect(findings.map(({ code: found, severity }) => [found, severity])).toEqual([[code, 'warning']]);
  });

  test('an intake on the port that clients post to is not spoken against', async () => {
    expect(await codes({}, { ports: { site: 8080, intake: 8080 } })).toEqual([]);
  });

  test('a throttle that just keeps up is not spoken against', async () => {
    expect(await codes({}, { busiestDay: 240_000 })).toEqual([]);
  });

  test('every rule has both languages, and fills in what it is about', () => {
    for (const { en, fr } of Object.values(ruleTexts)) {
      expect(fr).not.toBe(en);
      for (const filled of ['{value}', '{port}']) expect(fr.includes(filled)).toBe(en.includes(filled));
    }
  });
});

describe('what follows from a role', () => {
  test('client connections follow from the Internet FQDN', () => {
    expect(allowedClientConnections(good)).toBe('intranet');
    expect(allowedClientConnections({ internetFqdn: 'fsp.contoso.com' })).toBe('intranet_and_internet');
  });

  test('the commands make the site system server first, and quote what could be more than a name', () => {
    const server = "-SiteSystemServerName 'fsp01.contoso.com' -SiteCode 'PS1'";
    const add = `Add-CMFallbackStatusPoint ${server} -StateMessageCount 10000 -ThrottleSec 3600`;
    expect(clientCommands(good)).toEqual({
      ccmsetup: 'ccmsetup.exe FSP=fsp01.contoso.com',
      ccmsetupInternet: null,
      powershell: `New-CMSiteSystemServer ${server} -UseSiteServerAccount\n${add}`,
      powershellExisting: add,
    });
    expect(clientCommands({ ...good, intranetFqdn: '' }).ccmsetup).toBe('ccmsetup.exe FSP=FSP01');
    expect(clientCommands({ ...good, siteCode: "P'1" }).powershell).toContain("-SiteCode 'P''1'");
    // PowerShell ends a text with a typographic quote, too.
    const hers = { ...good, installationAccount: 'CONTOSO\\O’Brien' };
    expect(clientCommands(hers).powershell).toContain("-AccountName 'CONTOSO\\O’’Brien'");
  });

  test('the Internet FQDN and the account that were asked for are in the commands, and Internet clients get a name that they reach', () => {
    const asked = { ...good, internetFqdn: 'fsp.contoso.com', installationAccount: 'CONTOSO\\svc' };
    const { ccmsetupInternet, powershell, powershellExisting } = clientCommands(asked);
    expect(ccmsetupInternet).toBe('ccmsetup.exe FSP=fsp.contoso.com');
    const account =
      "if (-not (Get-CMAccount -UserName 'CONTOSO\\svc')) { New-CMAccount -UserName 'CONTOSO\\svc' -Password (Read-Host -AsSecureString 'CONTOSO\\svc') -SiteCode 'PS1' }";
    const server =
      "-SiteSystemServerName 'fsp01.contoso.com' -SiteCode 'PS1' -PublicFqdn 'fsp.contoso.com' -AccountName 'CONTOSO\\svc'";
    expect(powershell.split('\n').slice(0, 2)).toEqual([account, `New-CMSiteSystemServer ${server}`]);
    expect(powershellExisting.split('\n').slice(0, 2)).toEqual([account, `Set-CMSiteSystemServer ${server}`]);
  });

  test('no French sentence has an English piece in it', async () => {
    for (const role of Object.keys(httpsRoles) as RoleConfiguration['otherRoles']) {
      const [finding] = await checkRole({ ...good, otherRoles: [role] }, calm);
      expect(finding?.message.en).toContain(httpsRoles[role]!.en);
      expect(finding?.message.fr).toContain(httpsRoles[role]!.fr);
      expect(finding?.message.fr).not.toContain(httpsRoles[role]!.en);
    }
    const [slow] = await checkRole(good, { ...calm, busiestDay: 240_001 });
    expect([slow?.message.en, slow?.message.fr.replaceAll(/\s/g, ' ')]).toEqual([
      expect.stringContaining('240,001 messages'),
      expect.stringContaining('240 001 messages'),
    ]);
    const [share] = await checkRole({ ...good, throttleReserve: 0.95 }, calm);
    expect(share?.message.fr).toContain('0,95');
  });

  test('an exported role is read, its interval from milliseconds', () => {
    const role = roleFromSysResUse({
      RoleName: 'SMS Fallback Status Point',
      NetworkOSPath: '\\\\FSP01',
      SiteCode: 'PS1',
      Props: [
        { PropertyName: 'FSPInternetFacing', Value: 0 },
        { PropertyName: 'Throttle Count', Value: 5_000 },
        { PropertyName: 'Throttle Interval', Value: 1_800_000 },
        { PropertyName: 'Server Remote Name', Value: 0, Value1: 'FSP01.contoso.com', Value2: '' },
      ],
    });
    expect(role).toEqual({ ...good, messageCount: 5_000, throttleIntervalSeconds: 1_800 });
  });

  test('another exported role is refused', () => {
    expect(() => roleFromSysResUse({ RoleName: 'SMS Management Point', Props: [] })).toThrow(/Fallback Status Point/);
  });
});

/** Versions in memory, in the place of ClickHouse: the real store is tried in test/roles.test.ts. */
class FakeStore {
  readonly versions: RoleVersion[] = [];
  /** Another receiver that adds the same version a moment earlier. */
  rival = false;

  newest = () => Promise.resolve([...new Map(this.versions.map((one) => [one.server, one])).values()]);
  newestOf = (server: string) => Promise.resolve(this.versions.findLast((one) => one.server === server) ?? null);
  history = (server: string) => Promise.resolve(this.versions.filter((one) => one.server === server).reverse());
  add = (version: RoleVersion) => {
    if (this.rival) return Promise.resolve(false);
    this.versions.push(version);
    return Promise.resolve(true);
  };
}

describe('changes', () => {
  let store: FakeStore;
  let roles: Roles;
  let told: RoleVersion[];

  beforeEach(() => {
    store = new FakeStore();
    told = [];
    roles = new Roles({
      store,
      known: new KnownRoles({ store, own: () => null }),
      siteCode: 'PS1',
      resolves: () => Promise.resolve(true),
      portsOf: () => null,
      busiestDay: () => Promise.reject(new Error('ClickHouse is away')),
      onChange: (version) => told.push(version),
    });
  });
  const code = async (step: Promise<unknown>) =>
    step.then(
      () => 'none',
      (error: unknown) => (error as FspError).code,
    );

  test('creating is idempotent, and another configuration is refused', async () => {
    expect((await roles.create({ ...good, serverName: ' fsp01 ', siteCode: '' }, 'a')).created).toBe(true);
    expect((await roles.create(good, 'b')).created).toBe(false);
    expect(await code(roles.create({ ...good, messageCount: 500 }, 'b'))).toBe('FSP_ROLE_EXISTS');
    expect(told.map(({ version, changedBy }) => [version, changedBy])).toEqual([[1, 'a']]);
  });

  test('of two who change the same version one is told', async () => {
    await roles.create(good, 'a');
    const both = await Promise.all([
      code(roles.change('FSP01', { ...good, messageCount: 500 }, 1, 'b')),
      code(roles.change('fsp01.contoso.com', { ...good, messageCount: 600 }, 1, 'c')),
    ]);
    expect(both).toEqual(['none', 'FSP_ROLE_CHANGED']);
    expect((await roles.get('FSP01')).value.configuration.messageCount).toBe(500);
  });

  test('a change that another receiver was first with is told as such, and not put into force', async () => {
    await roles.create(good, 'a');
    store.rival = true;
    expect(await code(roles.change('FSP01', { ...good, messageCount: 500 }, 1, 'b'))).toBe('FSP_ROLE_CHANGED');
    expect(told).toHaveLength(1);
  });

  test('a change that changes nothing makes no version', async () => {
    await roles.create(good, 'a');
    expect((await roles.change('FSP01', { ...good }, 1, 'b')).role.version).toBe(1);
  });

  test('a change or a removal whose answer was lost is answered again, and done once', async () => {
    await roles.create(good, 'a');
    const change = async () => (await roles.change('FSP01', { ...good, messageCount: 500 }, 1, 'a')).role.version;
    expect([await change(), await change()]).toEqual([2, 2]);
    const remove = async () => (await roles.remove('FSP01', 2, 'a')).version;
    expect([await remove(), await remove()]).toEqual([3, 3]);
    expect(await code(roles.remove('FSP01', 1, 'b'))).toBe('FSP_ROLE_NOT_FOUND');
    expect(told).toHaveLength(3);
  });

  test('a removed role is gone, keeps its history, and can be created again', async () => {
    await roles.create(good, 'a');
    await roles.remove('FSP01', 1, 'b');
    expect(await code(roles.get('FSP01'))).toBe('FSP_ROLE_NOT_FOUND');
    expect((await roles.list()).value).toEqual([]);
    expect((await roles.create(good, 'c')).role.version).toBe(3);
    expect(
      (await roles.history('FSP01')).value.map(({ version, removed, changedBy }) => [version, removed, changedBy]),
    ).toEqual([
      [3, false, 'c'],
      [2, true, 'b'],
      [1, false, 'a'],
    ]);
  });

  test('a letter that no name has does not become another name', async () => {
    for (const wrong of [{ serverName: 'straße' }, { siteCode: 'ß1' }, { intranetFqdn: 'fsp01.\u212aontoso.com' }])
      expect(await code(roles.create({ ...good, ...wrong }, 'a'))).toBe('FSP_ROLE_INVALID');
  });

  test('what is wrong is never stored', async () => {
    expect(await code(roles.create({ ...good, messageCount: 5 }, 'a'))).toBe('FSP_ROLE_INVALID');
    expect(store.versions).toEqual([]);
  });

  test('validation does nothing', async () => {
    await roles.create(good, 'a');
    expect((await roles.validate(good)).findings.map(({ code: found }) => found)).toEqual(['ROLE_EXISTS']);
    expect((await roles.validate({ ...good, messageCount: 500 }, 'FSP01')).findings).toEqual([]);
    expect(store.versions).toHaveLength(1);
  });
});

describe('the role in force', () => {
  const version = (number: number, removed = false): RoleVersion => ({
    server: 'FSP01',
    version: number,
    changeId: `change ${number}`,
    changedAt: 0,
    changedBy: 'a',
    removed,
    configuration: good,
  });
  const inForce = (stored: RoleVersion | null, newest: () => Promise<RoleVersion | null>) => {
    const applied: number[] = [];
    const kept: RoleVersion[] = [];
    const warned: string[] = [];
    const role = new RoleInForce({
      spool: { storedRole: () => stored, storeRole: (one) => (kept.push(one), Promise.resolve()) },
      store: { newestOf: newest },
      server: 'FSP01',
      apply: (one) => applied.push(one.version),
      logger: { info: () => undefined, warn: (message) => warned.push(message) },
      pollMs: 5,
    });
    return { role, applied, kept, warned };
  };

  test('is the one kept on disk until ClickHouse is there, then the newest, kept again', async () => {
    let there = false;
    const { role, applied, kept } = inForce(version(1), () =>
      there ? Promise.resolve(version(2, true)) : Promise.reject(new Error('away')),
    );
    expect(applied).toEqual([1]);
    role.start();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(role.current?.version).toBe(1);
    there = true;
    await expect.poll(() => role.current?.version).toBe(2);
    await role.stop();
    expect([applied, kept.map((one) => one.version), role.current?.removed]).toEqual([[1, 2], [2], true]);
  });

  test('that was removed is told at the start, and its throttle holds for what waits', () => {
    const { applied, warned } = inForce(version(3, true), () => Promise.resolve(null));
    expect(applied).toEqual([3]);
    expect(warned).toEqual([expect.stringMatching(/^The role of FSP01 was removed by a: no message is taken/)]);
    expect(inForce(version(3), () => Promise.resolve(null)).warned).toEqual([]);
  });

  test('that was kept under another name of the receiver is not this one’s, whatever its version and though it was removed', async () => {
    const ofFormerName = { ...version(7, true), server: 'FSP00' };
    const { role, applied, warned } = inForce(ofFormerName, () => Promise.resolve(version(1)));
    expect([role.current, applied, warned]).toEqual([null, [], []]);
    role.start();
    await expect.poll(() => role.current?.version).toBe(1);
    await role.stop();
  });

  test('is what was said last where a ClickHouse that was made anew counts from the beginning', async () => {
    const again = { ...version(1), changedAt: 1 };
    const { role, kept } = inForce(version(7, true), () => Promise.resolve(again));
    role.start();
    await expect.poll(() => role.current?.changeId).toBe('change 1');
    await role.stop();
    expect(kept).toEqual([again]);
  });

  test('never goes back to an older version, nor takes that of another server', async () => {
    const { role, applied } = inForce(version(5), () => Promise.resolve(version(4)));
    role.offer({ ...version(9), server: 'OTHER' });
    role.start();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await role.stop();
    expect(applied).toEqual([5]);
  });
});
