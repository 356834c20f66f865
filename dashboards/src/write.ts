// Writes generated/: dashboards as JSON and alert rules as YAML, as they are committed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generated } from './generated.js';

const folder = join(import.meta.dirname, '..', '..', '..', 'generated');
mkdirSync(folder, { recursive: true });
for (const [name, text] of generated()) writeFileSync(join(folder, name), text);
