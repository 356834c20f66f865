import type { ReceiverStatusEntry } from '../spool/entries.js';
import { version } from '../version.js';
import type { Parts } from './health.js';

const everyMs = 60_000;

/**
 * Writes every minute, and at the start, how the server is: past the throttle, into the spool, and from there to
 * ClickHouse. A server that is silent there is dead, or cut off from ClickHouse; alerts rest on it.
 */
export class SignOfLife {
  private timer: NodeJS.Timeout | undefined;
  private lastMessageAt: number | null = null;

  constructor(
    private readonly parts: Pick<
      Parts,
      | 'config'
      | 'spool'
      | 'deliveries'
      | 'quarantine'
      | 'role'
      | 'throttle'
      | 'instance'
      | 'startedAt'
      | 'disks'
      | 'draining'
    >,
    private readonly now: () => number = Date.now,
  ) {
    parts.spool.on('appended', () => {
      this.lastMessageAt = this.now();
    });
  }

  start(): void {
    this.give();
    this.timer = setInterval(() => {
      this.give();
    }, everyMs).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Writes one now, also between two minutes: where something has changed that others should see at once. */
  give(): void {
    // A spool that cannot be written says so by itself; the next minute's sign tells the rest.
    this.parts.spool.appendAdmitted([this.entry()]).catch(() => undefined);
  }

  private entry(): ReceiverStatusEntry {
    const { config, spool, deliveries, quarantine, role, throttle, instance, startedAt, disks, draining } = this.parts;
    const { waiting, oldestWaitingAt, damage } = spool.stats();
    return {
      kind: 'receiver_status',
      at: this.now(),
      siteCode: config.siteCode,
      version,
      takingMessages: role.current?.removed !== true && draining.startedAt === null,
      roleVersion: role.current?.version ?? 0,
      waiting,
      oldestWaitingAt,
      lag: Math.max(0, ...deliveries.map((delivery) => delivery.status().lag)),
      failingSinks: deliveries.filter((one) => one.status().lastError !== null).map((one) => one.status().sink),
      quarantined: quarantine.stats().entries,
      lostMessages: damage.messages + damage.entries,
      damagedPieces: damage.pieces,
      instanceId: instance.id,
      hostName: instance.hostName,
      startedAt,
      draining: draining.startedAt !== null,
      messageLimit: throttle.status().messageLimit,
      intervalSeconds: throttle.status().intervalSeconds,
      lastMessageAt: this.lastMessageAt,
      diskTotalBytes: disks.figures.totalBytes,
      diskFreeBytes: disks.figures.freeBytes,
      spoolBytes: disks.figures.spoolBytes,
      clickhouseTotalBytes: disks.figures.clickhouseTotalBytes,
      clickhouseFreeBytes: disks.figures.clickhouseFreeBytes,
    };
  }
}
