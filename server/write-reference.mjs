// Puts the configuration reference, made from the schema, into the README. A test fails when it is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { configReference } from './dist/commands/config.js';

const readme = fileURLToPath(new URL('../README.md', import.meta.url));
const [before, after] = readFileSync(readme, 'utf8').split(/(?<=<!-- reference: .* -->\n)[^]*(?=<!-- \/reference -->)/);
writeFileSync(
  readme,
  await format(`${before}\n${configReference()}\n${after}`, { parser: 'markdown', printWidth: 120 }),
);
