// Texts of the plugin: keys and English stand in the code; lists them, for translating and for the test that compares.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const source = join(import.meta.dirname, 'src');

const plain = (literal) => literal.replaceAll(/\\(.)/g, '$1');

/** What a call of t() is given besides its key and its English. */
function restOfCall(code, from) {
  let depth = 1;
  for (const { 0: piece, index } of code.slice(from).matchAll(/'(?:[^'\\\n]|\\.)*'|[()]/g)) {
    depth += piece === '(' ? 1 : piece === ')' ? -1 : 0;
    if (depth === 0) return code.slice(from, from + index);
  }
  throw new Error(`a call of t() has no end: ${code.slice(from, from + 100)}`);
}

/**
 * Every key with its English text; what is said of one thing alone has the key of the others and `_one`.
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
    for (const call of code.matchAll(/\bt\(\s*'([\w.-]+)',\s*'((?:[^'\\]|\\.)*)'/g)) {
      const [begin, key, english] = call;
      add(key, plain(english));
      const one = /\bdefaultValue_one:\s*'((?:[^'\\]|\\.)*)'/.exec(restOfCall(code, call.index + begin.length));
      if (one !== null) add(`${key}_one`, plain(one[1]));
    }
    for (const [, key, english] of code.matchAll(/<Trans i18nKey="([\w.-]+)">([^<]*)<\/Trans>/g))
      add(key, english.replaceAll(/\s+/g, ' ').trim());
  }
  return texts;
}
