import type { LogFormat } from '../types.js';

/** A line that only one format has. */
const signs: readonly [LogFormat, RegExp][] = [
  ['ccm', /<!\[LOG\[/],
  ['simple', /\$\$<[^<>]*><[^<>]*\d:\d\d[^<>]*>|^<MAXIMUM LOG FILE SIZE REACHED/],
  ['role_setup', /^<\d{1,2}[/-]\d{1,2}[/-](?:\d{4}|\d{2}) \d{1,2}:\d\d:\d\d>|^\w+ Setup Started\.{2,}\s*$/],
  ['msi', /^MSI \(\w\) \([^)]*\) \[\d{1,2}:|^=== .*\d{1,2}[./-]\d{1,2}[./-]\d.*\d:\d\d:\d\d|^Property\(\w\): \w/],
];

/** The format that a line shows, or null where it could stand in any. */
export function formatOf(line: string): LogFormat | null {
  return signs.find(([, sign]) => sign.test(line))?.[0] ?? null;
}

/** Lines that are looked at before a log counts as plain text, which the simple format's reader takes. */
export const linesBeforePlain = 50;
