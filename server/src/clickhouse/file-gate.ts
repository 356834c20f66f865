import type { ClickHouseClient } from '@clickhouse/client';
import { FspError } from '../errors.js';

/**
 * Refuses a query that names the function file(), which needs no grant and reads whatever the engine's process can, or on
 * a server of its own what is in its folder of users' files. The syntax tree decides, not the text: `arrayMap(file, …)` passes the
 * function by name.
 * @throws FspError FSP_QUERY_FAILED
 */
export async function refuseFileFunction(client: ClickHouseClient, sql: string): Promise<void> {
  // A name in quotes may be written with escapes.
  if (!/file|\\/i.test(sql)) return;
  const answer = await client.exec({ query: `EXPLAIN AST ${sql.trim().replace(/;$/, '')}` });
  let tree = '';
  for await (const chunk of answer.stream) tree += String(chunk);
  if (/^ *(?:Function|Identifier) file\b/im.test(tree)) {
    throw new FspError('FSP_QUERY_FAILED', 'The function file() is not allowed here; query the tables of the project');
  }
}
