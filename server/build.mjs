// Compiles the server to dist/ and puts its data files (catalogue, migrations) beside the code that reads them.
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createRequire } from 'node:module';

const here = fileURLToPath(new URL('.', import.meta.url));
rmSync(`${here}dist`, { recursive: true, force: true });
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', here], { stdio: 'inherit' });
cpSync(`${here}src`, `${here}dist`, {
  recursive: true,
  filter: (path) => !/\.[cm]?tsx?$/.test(path),
});
