import type { LogFormat } from '../../server/src/setup-logs/types.js';
import type { Draw } from './draw.js';
import { encode } from './encodings.js';
import type { Script, ScriptLine, ScriptRun } from './script.js';
import type { GeneratedFile, GeneratedLog, GeneratorOptions } from './types.js';

export interface LayoutOptions {
  format: LogFormat;
  seed: number;
  name: string;
  kind: string;
  timezone: string | null;
  toldLater?: boolean;
  /** What a line that was torn off within its first letters still begins with. */
  tornAt: (line: ScriptLine) => number;
  /** True where nothing but its beginning tells what log it is. */
  needsBeginning?: boolean;
  /** True where its writer renames a log that is full. */
  rotates: boolean;
  /** Told of the lines that are left where the beginning is lost. */
  onBeginningLost?: (lines: readonly ScriptLine[]) => void;
}

/** A script as files: whole or torn, rotated or not, in some encoding, with some line ends. */
export function layOut(draw: Draw, script: Script, options: LayoutOptions, asked: GeneratorOptions): GeneratedLog {
  const { format, seed, name, timezone, toldLater = false } = options;
  let lines: readonly ScriptLine[] = script.lines;
  let rotated: GeneratedFile | null = null;
  const marks: string[] = [options.kind];
  if (asked.plain !== true) {
    const tear = draw.next();
    if (tear < 0.1 && options.needsBeginning !== true) {
      lines = withoutBeginning(draw, script, lines, options);
      marks.push('tail');
    } else if (tear < 0.2) {
      lines = withoutEnd(draw, script, lines, options);
      marks.push('head');
    } else if (tear < 0.3) {
      lines = withHoles(draw, lines, options);
      marks.push('holes');
    }
    if (format === 'ccm' && draw.chance(0.1)) {
      lines = withRubbish(draw, lines);
      marks.push('rubbish between');
    }
    if (options.rotates && draw.chance(0.15)) {
      const at = cutBetweenFiles(draw, script, lines);
      if (at !== null) {
        const older = lines.slice(0, at);
        rotated = {
          name: name.replace(/\.log$/i, '.lo_'),
          bytes: encode(draw, older, asked).bytes,
          truth: script.truthOf(older),
        };
        lines = lines.slice(at);
        marks.push('rotated');
      }
    }
  }
  const { bytes, encoding } = encode(draw, lines, asked);
  marks.push(encoding);
  return {
    format,
    seed,
    name,
    kind: marks.join('/'),
    timezone,
    bytes,
    pieces: inPieces(draw, bytes),
    truth: script.truthOf(lines),
    rotated,
    toldLater,
  };
}

/** Bytes in portions of any size: single bytes, lines, blocks. */
function inPieces(draw: Draw, bytes: Buffer): Buffer[] {
  const most = draw.pick([7, 80, 500, 4_096]);
  const least = Math.max(1, Math.ceil(bytes.length / 60));
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = draw.chance(0.3) ? draw.integer(1, most) : draw.integer(least, 2 * least);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

/** The run that goes on across a place between two lines; null where none does. */
function runAcross(script: Script, lines: readonly ScriptLine[], at: number): ScriptRun | null {
  const [before, after] = [lines[at - 1], lines[at]];
  if (before === undefined || after === undefined) return null;
  return script.runs.find((run) => run.lines.has(before) && run.lines.has(after)) ?? null;
}

/** A line before the place tells how the run ended. */
function decidedBefore(run: ScriptRun, lines: readonly ScriptLine[], at: number): boolean {
  return lines.slice(0, at).some((line) => run.decisive.has(line));
}

/** A line before the place tells what the failure was, or is needed beside the one that tells the end. */
function hintedBefore(run: ScriptRun, lines: readonly ScriptLine[], at: number): boolean {
  return lines.slice(0, at).some((line) => run.causes.has(line) || run.bearing.has(line));
}

/** A place at which what stands behind it tells all that there is to tell of the run that it cuts. */
function cutBefore(draw: Draw, script: Script, lines: readonly ScriptLine[]): number | null {
  for (let tries = 0; tries < 12; tries++) {
    const at = draw.integer(1, Math.max(1, lines.length - 1));
    const run = runAcross(script, lines, at);
    if (run === null) {
      if (script.runs.length === 0) return at;
      continue;
    }
    if (!decidedBefore(run, lines, at) && !hintedBefore(run, lines, at)) return at;
  }
  return null;
}

function cutBetweenFiles(draw: Draw, script: Script, lines: readonly ScriptLine[]): number | null {
  const at = cutBefore(draw, script, lines);
  return at !== null && lines[at - 1]?.torn === false ? at : null;
}

function withoutBeginning(
  draw: Draw,
  script: Script,
  lines: readonly ScriptLine[],
  { onBeginningLost }: LayoutOptions,
): readonly ScriptLine[] {
  const at = cutBefore(draw, script, lines);
  if (at === null) return lines;
  const left = lines.slice(at);
  // Of some words nobody can tell what log they are of.
  if (left.length < 8) return lines;
  onBeginningLost?.(left);
  const lost = lines[at - 1]!;
  // Sometimes the cut goes through a line, of which the end is left.
  if (draw.chance(0.5) || !lost.spare || lost.text.length < 12 || /[^ -~]/.test(lost.text)) return left;
  return [{ ...lost, text: lost.text.slice(-draw.integer(4, 9)), time: null }, ...left];
}

function withoutEnd(
  draw: Draw,
  script: Script,
  lines: readonly ScriptLine[],
  { tornAt, needsBeginning = false }: LayoutOptions,
): readonly ScriptLine[] {
  for (let tries = 0; tries < 12; tries++) {
    const at = draw.integer(needsBeginning ? Math.min(3, lines.length) : 1, lines.length);
    const run = runAcross(script, lines, at);
    // What the error was but not that it ended: whether that is a failure can be argued.
    if (run !== null && hintedBefore(run, lines, at) && !decidedBefore(run, lines, at)) continue;
    const left = lines.slice(0, at);
    const next = lines[at];
    if (next === undefined || !next.spare || draw.chance(0.5)) return left;
    return [...left, { ...next, text: next.text.slice(0, tornAt(next)), time: null }];
  }
  return lines;
}

/** Some lines of no account are torn off: of a full disk, or of a process that died. */
function withHoles(draw: Draw, lines: readonly ScriptLine[], { tornAt, format }: LayoutOptions): readonly ScriptLine[] {
  return lines.map((line, index) => {
    if (!line.spare || index === 0 || !draw.chance(0.08)) return line;
    const text = line.text.slice(0, tornAt(line));
    return text === '' ? line : { ...line, text, time: null, torn: format === 'ccm' && draw.chance(0.5) };
  });
}

/** Text between records that is none of them: of another program that writes to the same file. */
function withRubbish(draw: Draw, lines: readonly ScriptLine[]): readonly ScriptLine[] {
  const rubbish = ['', 'Exception: System.IO.IOException', 'LOG]!>', '<time="', '---- 2026 ----', '>>> ping'];
  return lines.flatMap((line) => {
    if (line.torn || !draw.chance(0.08)) return [line];
    return [line, { text: draw.pick(rubbish), time: null, spare: true, torn: false }];
  });
}
