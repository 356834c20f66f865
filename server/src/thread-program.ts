import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Where the program of a thread lies as Node runs it: beside who starts it, or in the build where this is the source.
 * @param name of the file below this folder, without its ending
 */
export function threadProgram(name: string): string {
  const beside = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url));
}
