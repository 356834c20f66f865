import { three, two, type MachineClock } from './clock.js';
import type { Draw } from './draw.js';
import { colons, padded, type DateStyle } from './msi-dates.js';
import type { Language } from './msi-languages.js';
import type { Script, ScriptLine } from './script.js';

/** How much `msiexec` was told to log: `/l`, `/l*`, `/l*v`. */
export type Level = 'l' | 'star' | 'v';
export type Side = 's' | 'c' | 'N';

/** Writes the lines of Windows Installer, each in the form that its level, language and locale give it. */
export class MsiWriter {
  /** The date of the last heading proves what day it is. */
  private dateSure = true;
  private readonly threads: Record<string, string>;
  private readonly actionTime: (clock: MachineClock) => string;

  constructor(
    private readonly draw: Draw,
    readonly script: Script,
    readonly clock: MachineClock,
    readonly language: Language,
    private readonly style: DateStyle,
    private readonly told: boolean,
    readonly level: Level,
  ) {
    const id = () => draw.hex(2).toUpperCase();
    const service = id();
    this.threads = { s: `${service}:${id()}`, c: `${id()}:${id()}`, N: `${service}:${id()}` };
    const written = draw.chance(0.5) ? colons : padded;
    this.actionTime = style.dotted ? (clock) => padded(clock).replaceAll(':', '.') : written;
  }

  get verbose(): boolean {
    return this.level === 'v';
  }

  /** `=== Verbose logging started: 8/17/2017  13:09:36  Build type: … ===` */
  heading(begins: boolean, side: Side): ScriptLine {
    this.clock.pass(200);
    const words = this.verbose && (begins || side === 'c') ? this.language.verbose : this.language.plain;
    const build =
      begins && this.verbose
        ? `  Build type: SHIP UNICODE ${this.draw.pick(['5.00.10011.00', '5.00.7601.00', '3.01.4000.2435'])}  Calling process: C:\\Windows\\system32\\msiexec.exe`
        : '';
    if (begins) this.dateSure = this.style.proves(this.clock);
    const sure = this.dateSure && this.style.proves(this.clock);
    this.dateSure = sure;
    const text = `=== ${words[begins ? 0 : 1]}: ${this.style.date(this.clock)}  ${this.style.time(this.clock)}${build} ===`;
    return this.script.write(text, this.clock.unzoned(1000, this.told, sure));
  }

  /** `MSI (s) (54:F8) [10:11:12:123]: text`; lines that the text goes on in have no stamp. */
  engine(side: Side, text: string, spare = false): ScriptLine {
    this.clock.pass(1_500);
    const { hour, minute, second, millisecond } = this.clock.wall;
    let thread = this.threads[side]!;
    if (side !== 'c' && this.draw.chance(0.05)) thread = thread.replace(':', '!');
    const line = `MSI (${side}) (${thread}) [${two(hour)}:${two(minute)}:${two(second)}:${three(millisecond)}]: ${text}`;
    return this.script.write(line, this.clock.unzoned(1, this.told, this.dateSure), spare);
  }

  private action(text: string): ScriptLine {
    return this.script.write(text, this.clock.unzoned(1000, this.told, this.dateSure));
  }

  info(name: string, text: string): ScriptLine {
    this.clock.pass(1_000);
    return this.action(this.language.info(this.actionTime(this.clock), name, text));
  }

  start(name: string): ScriptLine {
    this.clock.pass(100);
    return this.action(this.language.start(this.actionTime(this.clock), name));
  }

  end(name: string, value: number): ScriptLine {
    this.clock.pass(800);
    return this.action(this.language.end(this.actionTime(this.clock), name, value));
  }

  bare(text: string, spare = false): ScriptLine {
    return this.script.write(text, null, spare);
  }

  /** A line of `Property(S): NAME = value`. */
  property(side: Side | 'S' | 'C', name: string, value: string): ScriptLine {
    return this.script.write(`Property(${side.toUpperCase()}): ${name} = ${value}`);
  }
}
