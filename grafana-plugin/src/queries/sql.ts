/**
 * A text as a literal of ClickHouse's SQL. Beside quotes and backslashes, nothing in it is left that the way to
 * ClickHouse would read: Grafana's variables and macros (`$`, `[[`) and comments, which it blanks first.
 */
export function literal(text: string): string {
  const inert = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll('$', '\\x24')
    .replaceAll('[[', '\\x5b\\x5b')
    .replaceAll('--', '\\x2d\\x2d')
    .replaceAll('/*', '\\x2f*');
  return `'${inert}'`;
}

/** Conditions joined by AND; none means all rows. */
export function where(conditions: (string | false)[]): string {
  const given = conditions.filter((one) => one !== false);
  return given.length === 0 ? '1 = 1' : given.map((one) => `(${one})`).join(' AND ');
}

/** A text that a column must contain somewhere, whatever the case. */
export function contains(columns: string[], text: string): string {
  return columns.map((column) => `positionCaseInsensitiveUTF8(${column}, ${literal(text)}) > 0`).join(' OR ');
}
