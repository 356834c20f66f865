import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Keeps a scenario's figures for RESULTS.md, and says them. */
export function record(group: string, scenario: string, figures: Record<string, string | number>): void {
  process.stdout.write(`${JSON.stringify({ scenario, ...figures })}\n`);
  const folder = process.env.FSP_CLUSTER_RESULTS;
  if (folder === undefined) return;
  mkdirSync(join(folder, group), { recursive: true });
  const name = scenario.replaceAll(/\W+/g, '-').slice(0, 80);
  writeFileSync(join(folder, group, `${name}.json`), `${JSON.stringify({ scenario, ...figures })}\n`);
}
