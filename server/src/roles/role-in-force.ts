import { storedConfiguration, type RoleVersion } from './role.js';
import type { RoleStore } from './role-store.js';

const pollMs = 2_000;

export interface RoleInForceOptions {
  /** Where the version in force is kept for the next start. */
  spool: { storedRole(): RoleVersion | null; storeRole(version: RoleVersion): Promise<void> };
  store: Pick<RoleStore, 'newestOf'>;
  /** Key of this receiver's server. */
  server: string;
  /** Puts a version into force: the throttle's settings, or the end of taking messages. */
  apply(version: RoleVersion): void;
  logger: { info(message: string): void; warn(message: string): void };
  pollMs?: number;
}

/**
 * The role of this receiver: the newest version that ClickHouse has, asked for every other second, and the last one that
 * was seen, kept in the spool's store, so that a start without ClickHouse goes on as before.
 */
export class RoleInForce {
  private version: RoleVersion | null;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private asking: Promise<void> = Promise.resolve();

  constructor(private readonly options: RoleInForceOptions) {
    const stored = options.spool.storedRole();
    // A receiver that was given another name has the role of that name; what was kept is of the former one.
    this.version =
      stored?.server === options.server
        ? { ...stored, configuration: storedConfiguration(stored.configuration) }
        : null;
    if (this.version === null) return;
    options.apply(this.version);
    if (this.version.removed)
      options.logger.warn(
        `The role of ${options.server} was removed by ${this.version.changedBy}: no message is taken, and clients get 503 until it is created again`,
      );
  }

  /** The version in force; null where the role was never configured, and the settings of the start hold. */
  get current(): RoleVersion | null {
    return this.version;
  }

  start(): void {
    this.ask();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.asking;
  }

  /** Puts a version into force at once, if it is this receiver's and no older one. */
  offer(version: RoleVersion): void {
    const { server, spool, apply, logger } = this.options;
    if (version.server !== server || version.changeId === this.version?.changeId) return;
    // A ClickHouse that was made anew, or restored from a backup, counts from further back: what is said there later holds.
    const { version: number, changedAt } = this.version ?? { version: 0, changedAt: 0 };
    if (version.version < number && version.changedAt <= changedAt) return;
    this.version = version;
    apply(version);
    const what = version.removed ? 'was removed: no message is taken any more' : 'is in force';
    logger.info(`Version ${version.version} of the role of ${server}, by ${version.changedBy}, ${what}`);
    spool.storeRole(version).catch((error: unknown) => {
      logger.warn(`The role could not be kept for the next start: ${(error as Error).message}`);
    });
  }

  private ask(): void {
    this.asking = this.options.store
      .newestOf(this.options.server)
      .then((newest) => {
        if (newest !== null) this.offer(newest);
      })
      // Delivery says that ClickHouse is away; what is in force stays.
      .catch(() => undefined)
      .finally(() => {
        if (this.stopped) return;
        this.timer = setTimeout(() => {
          this.ask();
        }, this.options.pollMs ?? pollMs);
      });
  }
}
