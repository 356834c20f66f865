import { errorCatalog } from './errors.js';
import { steps } from './tables/steps.js';
import type { Language, Text } from './text.js';

const advice = new Map<string, Text>([
  ['iis', steps.iis],
  ['prerequisite', steps.prerequisite],
]);
for (const { family, code, advice: en, adviceFr: fr } of errorCatalog) {
  const key = family === 'ccmsetup' || family === 'message' ? `${family} ${code}` : code;
  advice.set(key, { en, fr });
}

/**
 * Advice in a language, by its English, which is what is stored with a run; as it is where it is none of the
 * catalogue's, or of another version's.
 */
export function adviceIn(language: Language, english: string): string {
  for (const text of advice.values()) if (text.en === english) return text[language];
  return english;
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
