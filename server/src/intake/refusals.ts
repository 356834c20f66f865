import type { Socket } from 'node:net';
import { Turns } from '../http/turns.js';

/** Refusals that a peer is told at once in a second. Clients have none. */
const mostAtOnce = 10;
/** How long a peer that has more waits for the next one at the least. */
const furtherMs = 250;
/** Those that wait are told in turn, by peers: every so many milliseconds one of so many that wait. */
const toldEveryMs = 10;
const toldOf = 200;

/**
 * When who is refused is told so. Who sends rubbish as fast as it is answered would else keep the event loop busy with
 * answers, from one connection or from a new one after each: until it is told it has nothing to do.
 */
export class Refusals {
  private readonly turns = new Turns<() => void>();
  private telling: NodeJS.Timeout | null = null;
  private readonly counts = new Map<string, number>();
  private second = 0;

  /**
   * Resolves when it is time to tell, at once where the connection is closed meanwhile.
   * @param afterMs how long this kind of refusal waits anyway, 0 for not at all
   */
  turn(peer: string, socket: Socket, afterMs: number): Promise<void> {
    const further = this.isFurther(peer);
    if (afterMs === 0 && !further) return Promise.resolve();
    return new Promise((resolve) => {
      let takeBack: (() => void) | null = null;
      const over = () => {
        clearTimeout(waits);
        takeBack?.();
        socket.off('close', over);
        resolve();
      };
      const waits = setTimeout(
        () => {
          takeBack = this.turns.add(peer, over);
          this.schedule();
        },
        Math.max(afterMs, furtherMs),
      ).unref();
      socket.once('close', over);
    });
  }

  private schedule(): void {
    if (this.turns.count === 0) return;
    this.telling ??= setTimeout(() => {
      this.telling = null;
      for (let due = Math.ceil(this.turns.count / toldOf); due > 0; due--) this.turns.take()?.();
      this.schedule();
    }, toldEveryMs).unref();
  }

  private isFurther(peer: string): boolean {
    const now = Math.floor(performance.now() / 1_000);
    if (now !== this.second) this.counts.clear();
    this.second = now;
    const count = (this.counts.get(peer) ?? 0) + 1;
    this.counts.set(peer, count);
    return count > mostAtOnce;
  }
}
