import { three, two, type MachineClock } from './clock.js';
import type { Draw } from './draw.js';
import type { Script, ScriptLine } from './script.js';
import type { TimeTruth } from './types.js';

export interface CcmRecord {
  message: string;
  component?: string;
  type?: number | '';
  file?: string;
  context?: string;
  spare?: boolean;
}

/** How a program writes the time of a record in CMTrace's format. */
export interface Stamp {
  time: string;
  date: string;
  truth: TimeTruth;
}
export type Stamper = (clock: MachineClock) => Stamp;

export function clockText(clock: MachineClock): string {
  const { hour, minute, second, millisecond } = clock.wall;
  return `${two(hour)}:${two(minute)}:${two(second)}.${three(millisecond)}`;
}

export function dateText(clock: MachineClock): string {
  const { year, month, day } = clock.wall;
  return `${two(month)}-${two(day)}-${year}`;
}

/** Minutes with their sign, as Configuration Manager has them: `+300`, `-60`, `+000`. */
export function signed(minutes: number, digits: number): string {
  return `${minutes < 0 ? '-' : '+'}${String(Math.abs(minutes)).padStart(digits, '0')}`;
}

/** Configuration Manager itself: the bias, what must be added to the local time. */
export function biasStamper(digits: number): Stamper {
  return (clock) => ({
    time: clockText(clock) + signed(-clock.offset, digits),
    date: dateText(clock),
    truth: clock.zoned(1),
  });
}

/** Whatever takes the records of a client's set-up. */
export interface RecordWriter {
  write(record: CcmRecord): ScriptLine;
}

/** Copies that people pass on often have lost what stands around the messages. */
export class MessageWriter implements RecordWriter {
  constructor(
    private readonly script: Script,
    private readonly clock: MachineClock,
  ) {}

  write({ message, spare = false }: CcmRecord): ScriptLine {
    this.clock.pass();
    return this.script.write(message.trimStart(), null, spare);
  }
}

/** Writes records in CMTrace's format, as one program does. */
export class CcmWriter implements RecordWriter {
  private thread: number;

  constructor(
    private readonly draw: Draw,
    private readonly script: Script,
    readonly clock: MachineClock,
    private readonly stamp: Stamper,
    private readonly component: string,
    private readonly file: string,
  ) {
    this.thread = draw.integer(4, 9_999);
  }

  write({ message, component, type = 1, file, context = '', spare = false }: CcmRecord): ScriptLine {
    this.clock.pass();
    if (this.draw.chance(0.03)) this.thread = this.draw.integer(4, 9_999);
    const { time, date, truth } = this.stamp(this.clock);
    const source = file ?? (this.file.endsWith('.cpp') ? `${this.file}:${this.draw.integer(10, 12_000)}` : this.file);
    return this.script.write(
      `<![LOG[${message}]LOG]!><time="${time}" date="${date}" component="${component ?? this.component}" ` +
        `context="${context}" type="${type}" thread="${this.thread}" file="${source}">`,
      truth,
      spare,
    );
  }
}

/** A record that is torn off within its message. */
export function tornWithinMessage({ text }: ScriptLine): number {
  const end = text.indexOf(']LOG]!>');
  return Math.min('<![LOG['.length + 6, end < 0 ? text.length : end);
}
