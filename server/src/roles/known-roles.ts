import { setTimeout as sleep } from 'node:timers/promises';
import type { RoleVersion } from './role.js';
import type { RoleStore } from './role-store.js';

/** How long a reader waits for ClickHouse before it gets what is remembered. */
const patienceMs = 2_000;

/** Where an answer is not ClickHouse's: when this receiver read it last, in milliseconds; null in an earlier run. */
export type Remembered = { at: number | null } | null;

export interface Known<T> {
  value: T;
  remembered: Remembered;
}

export interface KnownRolesOptions {
  store: Pick<RoleStore, 'newest' | 'newestOf' | 'history'>;
  /** The role of this receiver, which is kept on its own disk. */
  own(): RoleVersion | null;
  now?: () => number;
  patienceMs?: number;
}

interface Memory {
  versions: RoleVersion[];
  at: number;
}

/**
 * Roles for those who only read. ClickHouse is asked; where it does not answer in time, what this receiver read of it
 * before is given, and said to be that. A change never rests on it.
 */
export class KnownRoles {
  private readonly memory = new Map<string, Memory>();
  private readonly asking = new Map<string, Promise<RoleVersion[]>>();

  constructor(private readonly options: KnownRolesOptions) {}

  /** The newest version of each role, removed ones too. @throws FspError FSP_CLICKHOUSE_… where nothing is remembered */
  newest(): Promise<Known<RoleVersion[]>> {
    return this.read('newest', () => this.options.store.newest());
  }

  /** The newest version of one role, or null. @throws FspError FSP_CLICKHOUSE_… where nothing is remembered */
  async newestOf(server: string): Promise<Known<RoleVersion | null>> {
    const ask = async () => {
      const role = await this.options.store.newestOf(server);
      return role === null ? [] : [role];
    };
    const { value, remembered } = await this.read(`newest of ${server}`, ask, server);
    return { value: value[0] ?? null, remembered };
  }

  /** Every version of one role, the newest first. @throws FspError FSP_CLICKHOUSE_… where nothing is remembered */
  history(server: string): Promise<Known<RoleVersion[]>> {
    return this.read(`history of ${server}`, () => this.options.store.history(server), server);
  }

  private async read(
    question: string,
    ask: () => Promise<RoleVersion[]>,
    server?: string,
  ): Promise<Known<RoleVersion[]>> {
    const remembered = () => this.remember(question, server);
    // One question of a kind at a time: a ClickHouse that hangs is not asked again by everyone who looks.
    const earlier = this.asking.get(question);
    const instead = (earlier ?? this.ask(question, ask)).then(
      (value): Known<RoleVersion[]> => ({ value, remembered: null }),
      (error: unknown) => {
        const known = remembered();
        if (known === null) throw error;
        return known;
      },
    );
    const patience = new AbortController();
    const late = sleep(this.options.patienceMs ?? patienceMs, undefined, { ref: false, signal: patience.signal }).then(
      () => remembered() ?? instead,
      () => instead,
    );
    try {
      return await Promise.race([instead, late]);
    } finally {
      patience.abort();
    }
  }

  private ask(question: string, ask: () => Promise<RoleVersion[]>): Promise<RoleVersion[]> {
    const answer = ask()
      .then((versions) => {
        this.memory.set(question, { versions, at: this.options.now?.() ?? Date.now() });
        return versions;
      })
      .finally(() => this.asking.delete(question));
    this.asking.set(question, answer);
    return answer;
  }

  /** What is known of a question: its last answer, the list of all, and this receiver's own role, which may be newer. */
  private remember(question: string, server?: string): Known<RoleVersion[]> | null {
    const own = this.options.own();
    const concerns = own !== null && (server === undefined || own.server === server);
    const read = this.memory.get(question) ?? (server === undefined ? undefined : this.ofList(server));
    if (read === undefined && !concerns) return null;
    const versions = read?.versions ?? [];
    const remembered = { at: read?.at ?? null };
    if (!concerns || versions.some((one) => one.changeId === own.changeId)) return { value: versions, remembered };
    const others = server === undefined ? versions.filter((one) => one.server !== own.server) : versions;
    return { value: [own, ...others], remembered };
  }

  private ofList(server: string): Memory | undefined {
    const list = this.memory.get('newest');
    return list && { ...list, versions: list.versions.filter((one) => one.server === server) };
  }
}
