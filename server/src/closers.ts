import { setTimeout as sleep } from 'node:timers/promises';

/** In this order a server ends: who brings work, who delivers it, and what both stand on. */
const stages = ['work', 'delivery', 'ground'] as const;

export type Stage = (typeof stages)[number];

/** How long each stage may take. What takes longer is left behind: nothing that is on disk is lost by that. */
const limitsMs: Record<Stage, number> = { work: 3_500, delivery: 3_500, ground: 2_500 };

/** What a server has to end, in the order in which it stops. */
export class Closers {
  private readonly all: { stage: Stage; name: string; close: () => Promise<void> | void }[] = [];

  add(stage: Stage, name: string, close: () => Promise<void> | void): void {
    this.all.push({ stage, name, close });
  }

  /**
   * Ends everything within nine seconds: work and delivery side by side, what they stand on one after the other, the
   * last one first.
   * @param complain told of what failed, or was not done in time
   */
  async close(complain: (message: string) => void): Promise<void> {
    const all = this.all.splice(0).reverse();
    for (const stage of stages) {
      const those = all.filter((one) => one.stage === stage);
      const ended = async ({ name, close }: (typeof those)[number]) => {
        const limit = sleep(limitsMs[stage], 'late' as const, { ref: false });
        try {
          if ((await Promise.race([close(), limit])) === 'late')
            complain(`Stopping: ${name} takes too long and is left`);
        } catch (error) {
          complain(`Stopping: ${name} failed (${(error as Error).message})`);
        }
      };
      if (stage === 'ground') for (const one of those) await ended(one);
      else await Promise.all(those.map(ended));
    }
  }
}
