// Texts of the plugin: keys and English stand in the code; lists them, for translating and for the test that compares.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const source = join(import.meta.dirname, 'src');

/**
 * Every key with its English text.
 * @throws Error where one key stands for two texts: in French both would be the same
 */
export function textsInCode() {
  const texts = new Map();
  const add = (key, english) => {
    const known = texts.get(key) ?? english;
    if (known !== english) throw new Error(`${key} is "${known}" in one place and "${english}" in another`);
    texts.set(key, english);
  };
  for (const name of readdirSync(source, { recursive: true })) {
    if (!/\.tsx?$/.test(name) || /\.test\.tsx?$/.test(name)) continue;
    const code = readFileSync(join(source, name), 'utf8');
    for (const [, key, english] of code.matchAll(/\bt\(\s*'([\w.-]+)',\s*'((?:[^'\\]|\\.)*)'/g))
      add(key, english.replaceAll(/\\(.)/g, '$1'));
    for (const [, key, english] of code.matchAll(/<Trans i18nKey="([\w.-]+)">([^<]*)<\/Trans>/g))
      add(key, english.replaceAll(/\s+/g, ' ').trim());
  }
  return texts;
}
