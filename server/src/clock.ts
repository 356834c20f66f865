import { FspError } from './errors.js';

/** Nobody runs this before it was written: a clock that says so has not been set yet. Milliseconds since 1970 UTC. */
export const programWrittenAt = Date.UTC(2026, 0, 1);
/**
 * How far clocks may be apart before nothing is written by them, in milliseconds. No local time is further from UTC than
 * fourteen hours: further apart are days, not time zones. Less than a day, the shortest time that anything is kept.
 */
export const mostApartMs = 15 * 3_600_000;
/** How long two clocks that agreed are believed to, while ours does not leap. */
const agreedForMs = 60_000;
/** What moves our clock against the time that passes without being a leap: a time server's corrections, or a query's way. */
const steadyWithinMs = 60_000;

/**
 * Whether rows may be written by this machine's clock. A clock years behind stamps rows that retention deletes at once,
 * one years ahead those that are the newest for ever.
 */
export class ClockCheck {
  private agreedAt = -Infinity;
  /** Our clock less the time since the process began, when it agreed. */
  private base = 0;

  /** @param theirs what ClickHouse's clock says, in milliseconds since 1970 UTC */
  constructor(private readonly theirs: () => Promise<number>) {}

  /** @throws FspError FSP_CLOCK_WRONG; whatever `theirs` rejects with */
  async pass(): Promise<void> {
    checkOwnClock();
    const isSteady = Math.abs(Date.now() - performance.now() - this.base) < steadyWithinMs;
    if (isSteady && performance.now() - this.agreedAt < agreedForMs) return;
    const before = Date.now();
    const theirs = await this.theirs();
    const after = Date.now();
    // A clock that was set meanwhile is looked at again.
    const aheadMs = Math.min(before, after) - theirs;
    if (Math.abs(aheadMs) > mostApartMs) {
      const hours = Math.round(Math.abs(aheadMs) / 3_600_000);
      const apart = hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
      throw new FspError(
        'FSP_CLOCK_WRONG',
        `The clock of this machine is ${apart} ${aheadMs > 0 ? 'ahead of' : 'behind'} ClickHouse's: rows would be deleted as too old, or be the newest for ever; set the one that is wrong, messages wait until then`,
      );
    }
    this.agreedAt = performance.now();
    this.base = after - this.agreedAt;
  }
}

/**
 * What can be told of this machine's clock without another one: a machine may boot with 1970 and learn the time later.
 * @throws FspError FSP_CLOCK_WRONG
 */
export function checkOwnClock(now = Date.now()): void {
  if (now < programWrittenAt)
    throw new FspError(
      'FSP_CLOCK_WRONG',
      `The clock of this machine says ${new Date(now).toISOString().slice(0, 10)}, before this program was written; set it, messages wait until then`,
    );
}
