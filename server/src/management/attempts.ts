import { setTimeout as sleep } from 'node:timers/promises';
import { FspError } from '../errors.js';
import { peerOf } from '../http/peer.js';

/** Wrong tokens from one peer within a period that are answered at once: people mistype. */
const patience = 3;
const firstDelayMs = 250;
const longestDelayMs = 2_000;
const periodMs = 60_000;
/** Wrong tokens from everywhere within a period; beyond it everyone's are answered slowly. */
const patienceWithAll = 100;
/** Answers that are held back at a time; beyond them nothing is looked at. */
const mostHeldOfOne = 10;
const mostHeld = 100;
/** Peers that are remembered, the latest ones. */
const mostPeers = 1_000;

interface Attempts {
  wrong: number;
  since: number;
  held: number;
}

/**
 * Slows down whoever tries tokens: each further wrong one is answered later, and only so many wait for their answer at a
 * time. A right one is answered at once.
 */
export class WrongTokens {
  private readonly byPeer = new Map<string, Attempts>();
  private readonly all: Attempts = { wrong: 0, since: 0, held: 0 };

  /** @throws FspError FSP_TOO_MANY_ATTEMPTS while too many wrong ones of this peer wait for their answer */
  allow(address: string): void {
    if ((this.byPeer.get(peerOf(address))?.held ?? 0) < mostHeldOfOne && this.all.held < mostHeld) return;
    throw new FspError('FSP_TOO_MANY_ATTEMPTS', 'Too many wrong tokens came from here; try again in a minute');
  }

  /** Notes a wrong token, and waits until that may be told. */
  async wrong(address: string): Promise<void> {
    const theirs = this.attemptsOf(peerOf(address));
    for (const attempts of [theirs, this.all]) {
      if (performance.now() - attempts.since > periodMs)
        Object.assign(attempts, { wrong: 0, since: performance.now() });
      attempts.wrong++;
    }
    const delay =
      this.all.wrong > patienceWithAll
        ? longestDelayMs
        : theirs.wrong > patience
          ? Math.min(firstDelayMs * 2 ** Math.min(theirs.wrong - patience - 1, 10), longestDelayMs)
          : 0;
    theirs.held++;
    this.all.held++;
    await sleep(delay, undefined, { ref: false });
    theirs.held--;
    this.all.held--;
  }

  private attemptsOf(peer: string): Attempts {
    const theirs = this.byPeer.get(peer) ?? { wrong: 0, since: performance.now(), held: 0 };
    // Behind the others: the first one is who was not heard of for the longest time.
    this.byPeer.delete(peer);
    this.byPeer.set(peer, theirs);
    const [oldest] = this.byPeer.keys();
    if (this.byPeer.size > mostPeers && oldest !== undefined) this.byPeer.delete(oldest);
    return theirs;
  }
}
