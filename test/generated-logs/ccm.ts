import { biasStamper, CcmWriter, tornWithinMessage } from './ccm-writer.js';
import { playCcmsetup } from './ccmsetup.js';
import { MachineClock } from './clock.js';
import { playScript } from './cmtrace-scripts.js';
import type { Draw } from './draw.js';
import { layOut } from './layout.js';
import { Script } from './script.js';
import type { GeneratedLog, GeneratorOptions } from './types.js';

/** A log in CMTrace's format: mostly ccmsetup.log of one to three runs; else a script's. */
export function generateCcm(draw: Draw, seed: number, asked: GeneratorOptions): GeneratedLog {
  const script = new Script();
  const clock = MachineClock.drawn(draw);
  const bulk = asked.bulk ?? 1;
  const told = draw.chance(0.4);
  const kinds: string[] = [];
  const ofScript = asked.plain !== true && draw.chance(0.25);
  if (ofScript) kinds.push(playScript(draw, script, clock, told, bulk));
  else {
    const writer = new CcmWriter(draw, script, clock, biasStamper(draw.pick([3, 3, 2])), 'ccmsetup', 'ccmsetup.cpp');
    for (
      let left = draw.weighted([
        [6, 1],
        [3, 2],
        [1, 3],
      ] as const);
      left > 0;
      left--
    ) {
      kinds.push(playCcmsetup(draw, script, writer, bulk));
      clock.pass(600_000);
    }
  }
  const dayFirst = kinds[0] === 'day first';
  const about = { format: 'ccm', seed, tornAt: tornWithinMessage } as const;
  return layOut(
    draw,
    script,
    {
      ...about,
      name: ofScript ? 'Deploy.log' : 'ccmsetup.log',
      kind: kinds.join('+'),
      timezone: told ? clock.zone : null,
      toldLater: dayFirst,
      needsBeginning: dayFirst,
      rotates: !dayFirst,
    },
    asked,
  );
}
