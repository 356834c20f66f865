import type { ClickHouseClient } from '@clickhouse/client';
import { FspError } from '../errors.js';

/**
 * Codes by which a server says that it cannot do for now what another one of its cluster may: it lost its tables, accounts or
 * ZooKeeper, is read-only, full, overloaded or about to stop. By ClickHouse's ErrorCodes.cpp.
 */
const serversOwn = new Set([
  60, // UNKNOWN_TABLE: a replica that came back with an empty disk
  81, // UNKNOWN_DATABASE
  159, // TIMEOUT_EXCEEDED: a replica that does not catch up
  202, // TOO_MANY_SIMULTANEOUS_QUERIES
  209, // SOCKET_TIMEOUT
  210, // NETWORK_ERROR
  225, // NO_ZOOKEEPER
  236, // ABORTED: it stops
  241, // MEMORY_LIMIT_EXCEEDED
  242, // TABLE_IS_READ_ONLY
  243, // NOT_ENOUGH_SPACE
  252, // TOO_MANY_PARTS
  372, // SESSION_NOT_FOUND: a balancer sent half of a step elsewhere
  516, // AUTHENTICATION_FAILED: a disk that was lost took the accounts along that were made by SQL
  999, // KEEPER_EXCEPTION
]);

/** Failures before anything was sent: the same can be said to the next server without a doubt. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN', 'EHOSTDOWN']);

const firstReturnMs = 3_000;
const lastReturnMs = 60_000;

/** Whether a failure is about the server that was asked, so that another may do better. */
function isServersOwn(error: unknown): boolean {
  const { code = '' } = error as { code?: string };
  if (error instanceof FspError) return error.code === 'FSP_CLICKHOUSE_UNREACHABLE';
  return /^\d+$/.test(code) ? serversOwn.has(Number(code)) : true;
}

interface Host {
  client: ClickHouseClient;
  /** Until then it is not returned to. */
  notBefore: number;
  pauseMs: number;
}

/**
 * Several servers of one cluster, the nearest first. All is said to one of them; when it fails, the next one is asked
 * from then on, and the first that works again, in the order they were given, is returned to.
 *
 * A question that failed is asked of the others at once. An insert or a change may have been done: it is only said
 * again where it never left, and else its failure is told, so that the caller finds out first.
 */
export class Hosts {
  private readonly hosts: Host[];
  private current = 0;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    clients: ClickHouseClient[],
    /** Whether a server that failed works again. */
    private readonly works: (client: ClickHouseClient) => Promise<boolean>,
  ) {
    this.hosts = clients.map((client) => ({ client, notBefore: 0, pauseMs: firstReturnMs }));
  }

  /** What can be said twice: asked of each server in turn until one answers. */
  async ask<T>(question: (client: ClickHouseClient) => Promise<T>): Promise<T> {
    return this.say(question, () => true);
  }

  /** What may be said once only. */
  async order<T>(order: (client: ClickHouseClient) => Promise<T>): Promise<T> {
    return this.say(order, (error) => neverSent.has((error as { code?: string }).code ?? ''));
  }

  /** Goes to the first that is fit, where one is. */
  async prefer(fit: (client: ClickHouseClient) => Promise<boolean>): Promise<void> {
    for (const [index, { client }] of this.hosts.entries()) {
      if (!(await fit(client).catch(() => false))) continue;
      this.current = index;
      this.lookBack();
      return;
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await Promise.all(this.hosts.map(({ client }) => client.close()));
  }

  private async say<T>(
    words: (client: ClickHouseClient) => Promise<T>,
    mayRepeat: (error: unknown) => boolean,
  ): Promise<T> {
    for (let tries = 1; ; tries++) {
      const asked = this.current;
      try {
        return await words(this.hosts[asked]!.client);
      } catch (error) {
        if (!isServersOwn(error)) throw error;
        this.leave(asked);
        if (tries >= this.hosts.length || !mayRepeat(error)) throw error;
      }
    }
  }

  /** Goes on to the next server, unless somebody did already. */
  private leave(asked: number): void {
    const host = this.hosts[asked]!;
    host.notBefore = performance.now() + host.pauseMs;
    host.pauseMs = Math.min(host.pauseMs * 2, lastReturnMs);
    if (asked === this.current) this.current = (asked + 1) % this.hosts.length;
    this.lookBack();
  }

  private lookBack(): void {
    if (this.closed || this.timer !== undefined || this.current === 0) return;
    this.timer = setTimeout(() => {
      void this.returnToNearest().finally(() => {
        this.timer = undefined;
        this.lookBack();
      });
    }, firstReturnMs);
    this.timer.unref();
  }

  private async returnToNearest(): Promise<void> {
    for (const [index, host] of this.hosts.entries()) {
      if (index >= this.current || this.closed) return;
      if (performance.now() < host.notBefore) continue;
      if (await this.works(host.client).catch(() => false)) {
        if (index < this.current) this.current = index;
        return;
      }
      host.notBefore = performance.now() + host.pauseMs;
    }
  }
}
