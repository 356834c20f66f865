// Writes what is made from the code: the configuration's reference, from its schema, and the API's description.
// Tests fail when they are out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { configReference } from './dist/commands/config.js';
import { describeApi } from './dist/management/management.js';

const page = fileURLToPath(new URL('docs/configuration.md', import.meta.url));
const [before, after] = readFileSync(page, 'utf8').split(/(?<=<!-- reference: .* -->\n)[^]*(?=<!-- \/reference -->)/);
writeFileSync(page, await format(`${before}\n${configReference()}\n${after}`, { parser: 'markdown', printWidth: 120 }));
const api = fileURLToPath(new URL('openapi.json', import.meta.url));
writeFileSync(api, await format(JSON.stringify(await describeApi()), { parser: 'json', printWidth: 120 }));
