import { MachineClock } from './clock.js';
import type { Draw } from './draw.js';
import { layOut } from './layout.js';
import { drawStyle } from './msi-dates.js';
import { languages } from './msi-languages.js';
import { playMsi } from './msi-play.js';
import { MsiWriter } from './msi-writer.js';
import { Script } from './script.js';
import type { GeneratedLog, GeneratorOptions } from './types.js';

/** A log of Windows Installer: fspMSI.log or client.msi.log, of one to three installations. */
export function generateMsi(draw: Draw, seed: number, asked: GeneratorOptions): GeneratedLog {
  const script = new Script();
  const clock = MachineClock.drawn(draw);
  const told = draw.chance(0.5);
  const language = draw.chance(0.35) ? languages[0]! : draw.pick(languages);
  const level = draw.weighted([
    [7, 'v'],
    [2, 'star'],
    [2, 'l'],
  ] as const);
  const style = drawStyle(draw, language.name);
  const forClient = draw.chance(0.4);
  const kinds: string[] = [];
  for (
    let left = draw.weighted([
      [7, 1],
      [2, 2],
      [1, 3],
    ] as const);
    left > 0;
    left--
  ) {
    const writer = new MsiWriter(draw, script, clock, language, style, told, level);
    kinds.push(playMsi(draw, script, writer, forClient, asked.bulk ?? 1));
    // Whoever tries again has looked at what was wrong first.
    clock.utc += 180_000;
    clock.pass(40_000_000);
  }
  return layOut(
    draw,
    script,
    {
      format: 'msi',
      seed,
      name: forClient ? 'client.msi.log' : 'fspMSI.log',
      kind: `${level}/${language.name}/${style.name}/${kinds.join('+')}`,
      timezone: told ? clock.zone : null,
      toldLater: !style.proves(clock) || style.name.includes('/'),
      tornAt: () => 10,
      rotates: false,
      // The day stands in the heading alone: without it, no line up to the next one has a date.
      onBeginningLost: (lines) => {
        for (const { text, time } of lines) {
          if (text.startsWith('=== ')) return;
          if (time !== null) time.sure = 'arguable';
        }
      },
    },
    asked,
  );
}
