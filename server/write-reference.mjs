// Puts the configuration reference, made from the schema, into the README, and the API's description beside the server.
// Tests fail when they are out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { configReference } from './dist/commands/config.js';
import { describeApi } from './dist/management/management.js';

const readme = fileURLToPath(new URL('../README.md', import.meta.url));
const [before, after] = readFileSync(readme, 'utf8').split(/(?<=<!-- reference: .* -->\n)[^]*(?=<!-- \/reference -->)/);
writeFileSync(
  readme,
  await format(`${before}\n${configReference()}\n${after}`, { parser: 'markdown', printWidth: 120 }),
);
const api = fileURLToPath(new URL('openapi.json', import.meta.url));
writeFileSync(api, await format(JSON.stringify(await describeApi()), { parser: 'json', printWidth: 120 }));
