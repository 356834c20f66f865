import { createHash } from 'node:crypto';
import { FspError } from '../errors.js';
import { effectOf, withMark } from './statements.js';

/** At the end of the comment of everything that we made in the database: what has no such mark is somebody else's. */
const mark = /\[fallback-status-point(?: [0-9a-f]{8})?\]$/;

/** What is in the database under a name. */
export interface Existing {
  name: string;
  engine: string;
  comment: string;
  /** The statement that would make it again. */
  create: string;
}

/** A statement with our mark on what it makes. */
export function marked(statement: string): string {
  return withMark(statement, '[fallback-status-point]');
}

/** A view's statement whose mark tells which one it is, so that a view that is as it should be is left alone. */
export function markedView(statement: string): { statement: string; mark: string } {
  const digest = createHash('sha256').update(statement).digest('hex').slice(0, 8);
  const own = `[fallback-status-point ${digest}]`;
  return { statement: withMark(statement, own), mark: own };
}

/**
 * Sees that nothing is touched that is not ours.
 * @param statements all that this version ever says, in any order and without marks
 * @returns tables that versions before the mark made: their comments are known to the word. Views hold nothing: those are
 *   replaced, and a materialized one is known by what it fills
 * @throws FspError FSP_SCHEMA_FOREIGN naming what is in the way
 */
export function checkOwnership(database: string, existing: readonly Existing[], statements: readonly string[]) {
  const ours = new Map<string, Set<string>>();
  const bare = new Set<string>();
  for (const statement of statements) {
    const effect = effectOf(statement);
    if (effect === null) continue;
    const comments = ours.get(effect.name) ?? new Set();
    ours.set(effect.name, comments);
    if (effect.comment !== null) comments.add(effect.comment);
    else if (statement.startsWith('CREATE')) bare.add(effect.name);
  }
  const unmarked: Existing[] = [];
  for (const one of existing) {
    const comments = ours.get(one.name);
    if (comments === undefined || mark.test(one.comment)) continue;
    // A materialized view had no comment in the first versions: it is known by the table of ours that it fills.
    const [, filled = ''] = / TO (\w+\.\w+) /.exec(one.create) ?? [];
    const known =
      comments.has(one.comment) ||
      (bare.has(one.name) && one.engine === 'MaterializedView' && ours.has(filled.replace(`${database}.`, '')));
    if (!known)
      throw new FspError(
        'FSP_SCHEMA_FOREIGN',
        `${database}.${one.name} (${one.engine}) was not made by a fallback status point and is left alone; rename it, or name another database with FSP_CLICKHOUSE_DATABASE`,
      );
    if (!one.engine.endsWith('View')) unmarked.push(one);
  }
  return unmarked;
}
