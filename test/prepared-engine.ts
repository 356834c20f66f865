import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const built = fileURLToPath(new URL('../server/dist', import.meta.url));
const cache = fileURLToPath(new URL('../node_modules/.cache/prepared-engine', import.meta.url));
/** What decides how a prepared folder looks. */
const parts = ['clickhouse', 'catalog'];

/**
 * Gives a data folder an embedded ClickHouse whose schema is up to date, as the first start of the built server leaves it:
 * the seventeen changes of the schema take most of a start's time, and they are tested in tests of their own. A folder
 * that has an engine is left alone.
 */
export async function prepareEngine(dataDir: string): Promise<void> {
  if (existsSync(join(dataDir, 'clickhouse'))) return;
  const prepared = join(cache, digest());
  if (!existsSync(prepared)) await makePrepared(prepared);
  // As the server makes it: its own user's alone.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  cpSync(prepared, dataDir, { recursive: true, verbatimSymlinks: true, mode: 0 });
}

async function makePrepared(place: string): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'making-'));
  try {
    const load = <Module>(path: string) => import(pathToFileURL(join(built, path)).href) as Promise<Module>;
    const [{ openStore }, { describeMessage }, { createLogger }, { loadConfig }] = await Promise.all([
      load<typeof import('../server/src/store.js')>('store.js'),
      load<typeof import('../server/src/catalog/describe.js')>('catalog/describe.js'),
      load<typeof import('../server/src/logger.js')>('logger.js'),
      load<typeof import('../server/src/config.js')>('config.js'),
    ]);
    const flags = { embeddedClickhousePort: '0', embeddedClickhouseNativePort: '0' };
    const { config } = loadConfig({ env: {}, flags });
    const logger = createLogger({ level: 'error' });
    await (
      await openStore({ config, dataDir: folder, describe: describeMessage, asked: false, holder: 'FSP01', logger })
    ).close();
    renameSync(folder, place);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    // Another worker was first.
    if (!existsSync(place)) throw error;
  }
}

function digest(): string {
  const hash = createHash('sha256');
  for (const part of parts)
    for (const entry of readdirSync(join(built, part), { recursive: true, withFileTypes: true }).sort((a, b) =>
      join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1,
    ))
      if (entry.isFile() && !entry.name.endsWith('.map'))
        hash.update(entry.name).update(readFileSync(join(entry.parentPath, entry.name)));
  return hash.digest('hex').slice(0, 32);
}
