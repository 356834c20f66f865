/** A text as a literal of ClickHouse's SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
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
