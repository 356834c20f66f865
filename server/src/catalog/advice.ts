import { advice as table } from './tables/advice.js';

const advice = new Map(Object.entries(table));

/**
 * What to check, by the first of several keys that there is advice on; '' for none. A key is a canonical code, `message`
 * and the number of a message of Windows Installer, `ccmsetup` and its return code, or `iis`, `prerequisite`.
 */
export function adviceOn(keys: readonly string[]): string {
  for (const key of keys) {
    const found = advice.get(key);
    if (found !== undefined) return found;
  }
  return '';
}
