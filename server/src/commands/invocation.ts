import { existsSync, realpathSync } from 'node:fs';
import { delimiter, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How a program was called, as far as it tells how to call it again. */
export interface Invocation {
  /** Folder of the package, as it lies on disk. */
  packageDir: string;
  /** The folder that the person is in. */
  cwd: string;
  /** Folders in which a shell looks for programs. */
  path: readonly string[];
}

const packageName = 'fallback-status-point';

/** How this process was called. */
export function thisInvocation(): Invocation {
  return {
    packageDir: realpathSync(fileURLToPath(new URL('../..', import.meta.url))),
    cwd: process.cwd(),
    // npm puts folders of its own in front while it runs something.
    path: (process.env.PATH ?? '').split(delimiter).filter((dir) => !dir.split(sep).includes('node_modules')),
  };
}

/** What a person types in this folder to have a command of this program: `fsp`, `npx fsp` or what else there is. */
export function programName({ packageDir, cwd, path }: Invocation): string {
  if (packageDir.split(sep).includes('_npx')) return `npx ${packageName}`;
  for (let dir = resolve(cwd); ; dir = resolve(dir, '..')) {
    if (sameFolder(join(dir, 'node_modules', packageName), packageDir)) return 'npx fsp';
    if (dir === resolve(dir, '..')) break;
  }
  const names = process.platform === 'win32' ? ['fsp.cmd', 'fsp'] : ['fsp'];
  if (path.some((dir) => names.some((name) => existsSync(join(dir, name))))) return 'fsp';
  return `node ${quoted(join(packageDir, 'bin', 'fsp.js'))}`;
}

/** One argument of a command line, in quotes where it needs them. */
export function quoted(argument: string): string {
  return /^[\w./:=@%+,\\-]+$/.test(argument) ? argument : `"${argument}"`;
}

function sameFolder(one: string, other: string): boolean {
  try {
    return realpathSync(one) === other;
  } catch {
    return false;
  }
}
