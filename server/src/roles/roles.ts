import { randomUUID } from 'node:crypto';
import { FspError } from '../errors.js';
import type { Known, KnownRoles, Remembered } from './known-roles.js';
import { normalised, serverKey, type RoleConfiguration, type RoleVersion } from './role.js';
import type { RoleStore } from './role-store.js';
import { checkRole, type Finding, type RuleContext } from './rules.js';

export interface RolesOptions {
  store: Pick<RoleStore, 'newestOf' | 'add'>;
  /** For those who only read. */
  known: Pick<KnownRoles, 'newest' | 'newestOf' | 'history'>;
  /** Site code of roles that name none. */
  siteCode: string;
  resolves: RuleContext['resolves'];
  /** Where clients post and where this receiver listens, by the key of the role's server; null for another receiver's. */
  portsOf(server: string): RuleContext['ports'];
  busiestDay(server: string): Promise<number | null>;
  /** Told of each change made here, so that it is in force at once. */
  onChange(version: RoleVersion): void;
  now?: () => number;
}

/** A role with what the rules say of it. */
export interface CheckedRole {
  role: RoleVersion;
  warnings: Finding[];
}

/** Creates, changes and removes roles: the rules first, then one version after the other. */
export class Roles {
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: RolesOptions) {}

  /** Roles that are there. @throws FspError FSP_CLICKHOUSE_… */
  async list(): Promise<Known<RoleVersion[]>> {
    const { value, remembered } = await this.options.known.newest();
    return { value: value.filter(({ removed }) => !removed), remembered };
  }

  /** @throws FspError FSP_ROLE_NOT_FOUND, FSP_CLICKHOUSE_… */
  async get(server: string): Promise<Known<RoleVersion>> {
    const { value, remembered } = await this.options.known.newestOf(serverKey(server));
    return { value: there(value, server), remembered };
  }

  /** Every version, the newest first. @throws FspError FSP_ROLE_NOT_FOUND where there never was one */
  async history(server: string): Promise<Known<RoleVersion[]>> {
    const known = await this.options.known.history(serverKey(server));
    if (known.value.length === 0) throw notFound(server);
    return known;
  }

  /** What the rules say of a configuration, without doing anything. `server` names the role that would be changed. */
  async validate(
    input: RoleConfiguration,
    server?: string,
  ): Promise<{ configuration: RoleConfiguration; findings: Finding[] }> {
    const configuration = this.complete(input);
    const existing = server === undefined ? null : (await this.get(server)).value;
    const holder = existing ?? (await this.options.known.newestOf(serverKey(configuration.serverName))).value;
    const findings = await this.check(configuration, existing, existing === null && holder !== null && !holder.removed);
    return { configuration, findings };
  }

  /** What the rules say of a role that is there; of one that is remembered, without asking for the traffic. */
  async warningsOf(role: RoleVersion, remembered: Remembered = null): Promise<Finding[]> {
    return this.check(role.configuration, role, false, remembered === null);
  }

  /**
   * Creates a role, on a new server or one that is known. The same configuration again gives the role that is there.
   * @throws FspError FSP_ROLE_INVALID, FSP_ROLE_EXISTS
   */
  create(input: RoleConfiguration, by: string): Promise<CheckedRole & { created: boolean }> {
    return this.inTurn(async () => {
      const configuration = this.complete(input);
      const server = serverKey(configuration.serverName);
      const before = await this.options.store.newestOf(server);
      const there = before !== null && !before.removed ? before : null;
      if (there !== null && same(there.configuration, configuration))
        return { role: there, warnings: await this.warningsOf(there), created: false };
      const findings = await this.check(configuration, null, there !== null);
      if (there !== null && findings.every(({ severity, code }) => severity === 'warning' || code === 'ROLE_EXISTS'))
        throw new FspError('FSP_ROLE_EXISTS', findings[0]?.message.en ?? '', { findings });
      const warnings = accepted(findings);
      const role = await this.add(server, before, configuration, false, by);
      return { role, warnings, created: true };
    });
  }

  /**
   * Changes a role. A change that is in force already is not made again, so that whoever got no answer may ask once more.
   * @param expected the version that the administrator saw
   * @throws FspError FSP_ROLE_NOT_FOUND, FSP_ROLE_CHANGED where somebody else was first, FSP_ROLE_INVALID
   */
  change(server: string, input: RoleConfiguration, expected: number, by: string): Promise<CheckedRole> {
    return this.inTurn(async () => {
      const before = there(await this.options.store.newestOf(serverKey(server)), server);
      const configuration = this.complete(input);
      if (same(before.configuration, configuration)) return { role: before, warnings: await this.warningsOf(before) };
      expect(before, expected);
      const warnings = accepted(await this.check(configuration, before, false));
      return { role: await this.add(before.server, before, configuration, false, by), warnings };
    });
  }

  /** Removes a role; one that was removed as the administrator saw it is not removed again. @throws FspError FSP_ROLE_NOT_FOUND, FSP_ROLE_CHANGED */
  remove(server: string, expected: number, by: string): Promise<RoleVersion> {
    return this.inTurn(async () => {
      const newest = await this.options.store.newestOf(serverKey(server));
      if (newest?.removed === true && newest.version === expected + 1) return newest;
      const before = there(newest, server);
      expect(before, expected);
      return this.add(before.server, before, before.configuration, true, by);
    });
  }

  private complete(input: RoleConfiguration): RoleConfiguration {
    const configuration = normalised(input);
    return { ...configuration, siteCode: configuration.siteCode || this.options.siteCode };
  }

  private async check(
    configuration: RoleConfiguration,
    existing: RoleVersion | null,
    taken: boolean,
    asksTraffic = true,
  ): Promise<Finding[]> {
    const { resolves, busiestDay } = this.options;
    return checkRole(configuration, {
      existing: existing?.configuration ?? null,
      taken,
      resolves,
      ports: this.options.portsOf(serverKey(configuration.serverName)),
      busiestDay: asksTraffic ? await busiestDay(serverKey(configuration.serverName)).catch(() => null) : null,
    });
  }

  private async add(
    server: string,
    before: RoleVersion | null,
    configuration: RoleConfiguration,
    removed: boolean,
    changedBy: string,
  ): Promise<RoleVersion> {
    const changedAt = this.options.now?.() ?? Date.now();
    const version = (before?.version ?? 0) + 1;
    const role: RoleVersion = { server, version, changeId: randomUUID(), changedAt, changedBy, removed, configuration };
    if (!(await this.options.store.add(role))) throw changed(server);
    this.options.onChange(role);
    return role;
  }

  /** One change after the other: what is read must still hold when it is written. */
  private inTurn<T>(step: () => Promise<T>): Promise<T> {
    const result = this.turn.then(step, step);
    this.turn = result.catch(() => undefined);
    return result;
  }
}

function accepted(findings: Finding[]): Finding[] {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0)
    throw new FspError('FSP_ROLE_INVALID', errors.map(({ message }) => message.en).join('; '), { findings: errors });
  return findings;
}

function expect(role: RoleVersion, version: number): void {
  if (role.version !== version) throw changed(role.server);
}

function changed(server: string): FspError {
  return new FspError(
    'FSP_ROLE_CHANGED',
    `The role of ${server} was changed by somebody else meanwhile; read it again`,
  );
}

function there(role: RoleVersion | null, server: string): RoleVersion {
  if (role === null || role.removed) throw notFound(server);
  return role;
}

function notFound(server: string): FspError {
  return new FspError(
    'FSP_ROLE_NOT_FOUND',
    `${server.slice(0, 80)} holds no fallback status point: it was removed, or never added`,
  );
}

function same(a: RoleConfiguration, b: RoleConfiguration): boolean {
  return (Object.keys(a) as (keyof RoleConfiguration)[]).every(
    (key) => JSON.stringify(a[key]) === JSON.stringify(b[key]),
  );
}
