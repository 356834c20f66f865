import type { Log, LogFile } from './log-file.js';

/** Rotated by its writer, or put aside by the role's set-up or by somebody: `.log.LastError`, `.log.1`, `.log.old`, `.log.txt`. */
const logName = /\.lo[g_]$|\.log\.(?:LastError|old|bak|txt|\d{1,3})$/i;
/** `ccmsetup-20250314-091500.log`: rotated away at that moment. */
const dated = /-(\d{8}-\d{6})\.lo[g_]$/i;

/** Whether a file of a folder or a zip counts as a log. One that is named by itself does, whatever it is called. */
export function isLogName(path: string): boolean {
  return logName.test(path);
}

/** Whether a file of a folder that is followed is one of the logs that are written there, or were until a moment ago. */
export function isFollowedName(path: string): boolean {
  return /\.lo[g_]$/i.test(path);
}

/**
 * Logs of the files: what a writer has rotated away – `x-20250314-091500.log`, then `x.lo_` – stands before its
 * successor `x.log` of the same folder. Copies with other endings are logs of their own.
 */
export function joinRotated(files: readonly LogFile[]): Log[] {
  const logs = new Map<string, LogFile[]>();
  for (const file of files) {
    const name = writtenName(file.path).toLowerCase();
    logs.set(name, [...(logs.get(name) ?? []), file]);
  }
  return [...logs.values()].map((parts) => {
    const ordered = parts.length === 1 ? parts : [...parts].sort((a, b) => compare(ageOf(a.path), ageOf(b.path)));
    return { path: ordered.at(-1)!.path, parts: ordered };
  });
}

/** The path that a log is written to, of whatever it was rotated to. */
export function writtenName(path: string): string {
  return path.replace(dated, '.log').replace(/\.lo_$/i, '.log');
}

/** Texts that sort from the oldest part to the one that is written to. */
export function ageOf(path: string): string {
  const stamp = dated.exec(path)?.[1];
  if (stamp !== undefined) return `0 ${stamp}`;
  return /\.lo_$/i.test(path) ? '1' : '2';
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether a name is what a log is called after its rotation: x.lo_, x-20260315-100000.log, x.log.1. */
export function isGenerationOf(name: string, other: string): boolean {
  const stem = name.replace(/\.lo[g_]$/i, '').toLowerCase();
  const rest = other.toLowerCase().startsWith(stem) ? other.slice(stem.length) : '';
  return /^(?:\.lo_|[-_.]?\d[\d_.-]{0,30}\.lo[g_]|\.lo[g_]\.\d{1,10})$/i.test(rest);
}

/** A name that somebody else has chosen, for showing: nothing in it moves a cursor, turns the text or hides. */
export function inertName(name: string): string {
  return name.replaceAll(/[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu, '\ufffd');
}
