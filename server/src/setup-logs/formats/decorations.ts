import { formatOf } from './detect.js';
import type { Line, LogFormat } from '../types.js';

/** Takes off a line what its log has got on its way. */
export type Undecorate = (text: string) => string;

/** What a log is once that is done. */
export interface Decoration {
  undecorate: Undecorate;
  format: LogFormat;
}

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  '#39': "'",
  nbsp: ' ',
};

/** What a role's set-up says at its beginning, and at its end. */
const roleSetupWords = /\bSetup Started\.{2,9}|\bInstalling Pre Reqs for\b|\b\w{1,20}\.msi exited with return code/i;
const bareStamp = /^(\d{1,2}[/-]\d{1,2}[/-](?:\d{4}|\d{2}) \d{1,2}:\d\d:\d\d)[ \t]+/;

/** What mail, forums, tickets and build servers make of the lines of a log. */
const decorations: readonly ((lines: readonly string[]) => Undecorate)[] = [
  // Four blanks are a block of code.
  (lines) => {
    const told = lines.filter((line) => line.trim() !== '').map((line) => line.search(/[^ \t]/));
    const least = Math.min(...told, 40);
    return (text) => text.slice(Math.min(least, text.search(/[^ \t]|$/)));
  },
  () => without(/^(?:> ?){1,9}/),
  () => without(/^[ \t]{0,8}\d{1,7}[:.|)\]]?[ \t]{1,4}/),
  () => without(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)? /),
  () => (text) => text.replaceAll(/&(lt|gt|amp|quot|apos|#39|nbsp);/g, (_, name: string) => entities[name] ?? ''),
  // Angle brackets that were taken for markup: with their words alone a time is that of a role's set-up.
  (lines) => {
    const isRoleSetup = lines.some((line) => roleSetupWords.test(line.slice(0, 400)));
    return isRoleSetup ? (text) => text.replace(bareStamp, '<$1> ') : (text) => text;
  },
  () => (text) => text.replaceAll(/\\([\\[\]<>()_*#`!|~-])/g, '$1'),
];

function without(pattern: RegExp): Undecorate {
  return (text) => text.replace(pattern, '');
}

/**
 * What has to be taken off the lines of a log that none of its lines shows the format of, so that one does; null where
 * nothing helps.
 * @param lines those with which the log begins
 */
export function decorationOf(lines: readonly Pick<Line, 'text'>[]): Decoration | null {
  const texts = lines.map(({ text }) => text);
  for (const decoration of decorations) {
    const undecorate = decoration(texts);
    for (const text of texts) {
      const format = formatOf(undecorate(text));
      // A copy of a simple log is what plain text is read as anyway.
      if (format !== null && format !== 'simple') return { undecorate, format };
    }
  }
  return null;
}
