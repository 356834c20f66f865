import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Language } from '../catalog/text.js';

/** In the package they lie beside the program; in the repository with the dashboards, whose alerts they are about. */
const packaged = fileURLToPath(new URL('../../dashboards/runbooks', import.meta.url));
const ofRepository = fileURLToPath(new URL('../../../dashboards/runbooks', import.meta.url));
const folder = existsSync(packaged) ? packaged : ofRepository;

/** The list of all of them. */
export const indexName = 'README';

/** Names of the pages, as alerts give them: `fsp-failure-burst`. */
const names = new Set(
  existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith('.md'))
        .map((file) => file.slice(0, -'.md'.length))
    : [],
);

/** A runbook as Markdown; null where there is none of this name. Where it is not in a language, it is in English. */
export function runbook(name: string, language: Language): string | null {
  if (!names.has(name)) return null;
  const french = join(folder, 'fr', `${name}.md`);
  return readFileSync(language === 'fr' && existsSync(french) ? french : join(folder, `${name}.md`), 'utf8');
}
