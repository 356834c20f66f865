/** What a statement of the schema does to which object. */
export interface Effect {
  name: string;
  /** The comment that it gives what it makes; null where it makes nothing, or nothing with a comment. */
  comment: string | null;
}

const head =
  /^(CREATE(?: OR REPLACE)?(?: MATERIALIZED)? (?:TABLE|VIEW)(?: IF NOT EXISTS)?|DROP (?:TABLE|VIEW)(?: IF EXISTS)?|ALTER TABLE|RENAME TABLE|EXCHANGE TABLES|TRUNCATE TABLE) (\w+)\.(\w+)/;
const lastComment = /\nCOMMENT '((?:[^'\\]|\\.|'')*)'$/;

/** The object that a statement makes, changes or drops; null for one that only fills tables. */
export function effectOf(statement: string): Effect | null {
  const found = head.exec(statement);
  if (found === null) return null;
  const comment = found[1]!.startsWith('CREATE') ? lastComment.exec(statement) : null;
  return { name: found[3]!, comment: comment === null ? null : comment[1]!.replaceAll(/\\(.)|'(')/g, '$1$2') };
}

/** The statement with a mark at the end of the comment that it gives. */
export function withMark(statement: string, mark: string): string {
  const found = head.exec(statement);
  if (!found?.[1]?.startsWith('CREATE')) return statement;
  return lastComment.test(statement) ? `${statement.slice(0, -1)} ${mark}'` : `${statement}\nCOMMENT '${mark}'`;
}
