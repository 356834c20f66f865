import { errorCatalog } from './errors.js';
import { steps } from './tables/steps.js';
import type { Text } from './text.js';

const advice = new Map<string, Text>([
  ['iis', steps.iis],
  ['prerequisite', steps.prerequisite],
]);
for (const { family, code, advice: en, adviceFr: fr } of errorCatalog) {
  const key = family === 'ccmsetup' || family === 'message' ? `${family} ${code}` : code;
  advice.set(key, { en, fr });
}

/**
 * What to check, by the first of several keys that there is advice on; '' for none. A key is a canonical code, `message`
 * and the number of a message of Windows Installer, `ccmsetup` and its return code, or `iis`, `prerequisite`.
 */
export function adviceOn(keys: readonly string[]): string {
  for (const key of keys) {
    const found = advice.get(key);
    if (found !== undefined) return found.en;
  }
  return '';
}
