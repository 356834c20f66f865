/** Characters of a message that a window carries; the rest is asked for when it is wanted. */
export const mostCharacters = 4_000;

/**
 * Words of trouble, the same for RE2 and JavaScript. Not the first line's: that is what a severity tells.
 * `failover`, `error: 0` and `0 errors` are none.
 */
export const troublePattern =
  '(?i)\\breturn value 3\\b|\\b(?:error|fehler|erreur)\\b[ :=#]*(?:-?[1-9]|0x[1-9a-f])|\\b(?:failed|failure|fatal|exception|traceback|access denied|denied)\\b|\\b0x8[0-9a-f]{7}\\b|\\berror 2\\d{4}\\b';
const trouble = new RegExp(troublePattern.replace('(?i)', ''), 'i');

/** What a window carries of a text. */
export function firstLines(text: string): { message: string; cut: number; lines: number; trouble: boolean } {
  const kept = text.length > mostCharacters ? text.slice(0, mostCharacters) : text;
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return { message: kept, cut: text.length - kept.length, lines, trouble: speaksOfTrouble(text) };
}

/** Whether a line after the first speaks of trouble. */
function speaksOfTrouble(text: string): boolean {
  const second = text.indexOf('\n');
  return second >= 0 && trouble.test(text.slice(second + 1));
}
