import { setTimeout as sleep } from 'node:timers/promises';

/** In this order a server ends: who brings work, who delivers it, and what both stand on. */
const stages = ['work', 'delivery', 'ground'] as const;

type Stage = (typeof stages)[number];

/** How long each stage may take. What takes longer is left behind: nothing that is on disk is lost by that. */
const limitsMs: Record<Stage, number> = { work: 3_500, delivery: 3_500, ground: 2_500 };

/** What a server has to end, in the order in which it stops. */
export class Closers {
  private readonly all: { stage: Stage; name: string; close: () => Promise<void> | void }[] = [];

  /** @param complain told of what failed to end, or was not done in time */
  constructor(private readonly complain: (message: string) => void) {}

  /** Sees to the end of a part from now on. @returns the part */
  keep<Part>(stage: Stage, name: string, part: Part, close: (part: Part) => Promise<void> | void): Part {
    this.all.push({ stage, name, close: () => close(part) });
    return part;
  }

  /**
   * Ends everything within nine seconds: work and delivery side by side, what they stand on one after the other, the
   * last one first.
   */
  async close(): Promise<void> {
    const all = this.all.splice(0).reverse();
    for (const stage of stages) {
      const those = all.filter((one) => one.stage === stage);
      const ended = async ({ name, close }: (typeof those)[number]) => {
        const limit = sleep(limitsMs[stage], 'late' as const, { ref: false });
        try {
          if ((await Promise.race([close(), limit])) === 'late')
            this.complain(`Stopping: ${name} takes too long and is left`);
        } catch (error) {
          this.complain(`Stopping: ${name} failed (${(error as Error).message})`);
        }
      };
      if (stage === 'ground') for (const one of those) await ended(one);
      else await Promise.all(those.map(ended));
    }
  }
}
