import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClickHouse } from './clickhouse.js';
import { freePort, has, Missing, run, serve, until, type Serving } from './processes.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const configurations = fileURLToPath(new URL('collector', import.meta.url));
const recipe = join(configurations, 'builder.yaml');
/** npm's own convention for such folders; the recipe names it too. */
const cache = join(root, 'node_modules/.cache/peers');
const program = join(cache, 'collector/collector');
const builtFrom = join(cache, 'collector/built-from');
const builder = 'go.opentelemetry.io/collector/cmd/builder@v0.165.0';

/** What the Collector is made of, as the recipe pins it. */
export function collectorModules(): string[] {
  return [...readFileSync(recipe, 'utf8').matchAll(/^ {2}- gomod: (\S+ \S+)$/gm)].map(([, module = '']) => module);
}

/**
 * Builds the Collector from its published Go modules, once for each recipe.
 * @throws Missing where Go is not there
 */
export async function buildCollector(): Promise<void> {
  const wanted = createHash('sha256').update(readFileSync(recipe)).update(builder).digest('hex');
  if (existsSync(program) && existsSync(builtFrom) && readFileSync(builtFrom, 'utf8') === wanted) return;
  if (!has('go', 'version'))
    throw new Missing('The OpenTelemetry Collector is built from its Go modules, and go is not on this machine');
  console.error('Building the OpenTelemetry Collector; the first time that takes some minutes');
  mkdirSync(cache, { recursive: true });
  process.chdir(root);
  await run('go', ['run', builder, `--config=${recipe}`], { GOFLAGS: '-p=2 -buildvcs=false', CGO_ENABLED: '0' });
  writeFileSync(builtFrom, wanted);
}

export interface Collector extends Serving {
  /** The sum of one of its own metrics over all of its series. */
  metric(name: string): Promise<number>;
}

/**
 * Starts it with some of the configurations in the folder `collector`, of which later ones go over earlier ones, and waits
 * until it serves.
 */
export async function startCollector(names: readonly string[], env: Record<string, string> = {}): Promise<Collector> {
  const port = String(await freePort());
  const files = ['service', ...names].map((name) => `--config=file:${join(configurations, `${name}.yaml`)}`);
  const serving = serve(program, files, { METRICS_PORT: port, ...env });
  const ask = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => null);
    return answer === null ? null : answer.text();
  };
  await until('The Collector serves', async () => {
    if (serving.gone()) throw new Error(`The Collector did not start: ${serving.output().slice(-3_000)}`);
    return serving.output().includes('Everything is ready') && (await ask()) !== null;
  });
  return {
    ...serving,
    async metric(name) {
      const series = ((await ask()) ?? '').matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'));
      return [...series].reduce((sum, [, value]) => sum + Number(value), 0);
    },
  };
}

/** What its ClickHouse exporter is told: the engine, and a table of its own in it. */
export function exporting(clickhouse: ClickHouse, table: string, storage: string): Record<string, string> {
  mkdirSync(storage, { recursive: true });
  const { native, user, password } = clickhouse;
  return {
    CLICKHOUSE: `tcp://${native}`,
    CLICKHOUSE_USER: user,
    CLICKHOUSE_PASSWORD: password,
    TABLE: table,
    STORAGE: storage,
  };
}
