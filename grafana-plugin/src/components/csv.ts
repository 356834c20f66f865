/** What spreadsheets take for the begin of a formula, behind whatever they skip. */
const formula = /^[\s\u00a0\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]|^[\t\r\n]/u;
const number = /^-?\d+(?:\.\d+)?$/;

/**
 * One cell of a CSV file (RFC 4180). Names, texts and parameters come from whoever posts: one that a spreadsheet would
 * run gets an apostrophe in front, which spreadsheets show as text.
 */
export function csvCell(value: unknown): string {
  const text = value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  const inert = formula.test(text) && !number.test(text) ? `'${text}` : text;
  return /[",;\r\n\t]|^'/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

/** A moment of which a file tells nothing but its milliseconds could be any: ISO 8601 tells its zone as well. */
const momentCell = (value: unknown) => (typeof value === 'number' ? new Date(value).toISOString() : value);

/**
 * A CSV file with a heading; lines end in CR LF, and a byte order mark tells Excel that it is UTF-8.
 * @param times columns of moments, in milliseconds since 1970
 */
export function csv<Row extends object>(
  columns: readonly (keyof Row & string)[],
  rows: readonly Row[],
  times: readonly (keyof Row & string)[] = [],
): string {
  const line = (cells: unknown[]) => `${cells.map(csvCell).join(',')}\r\n`;
  const cellOf = (row: Row, name: keyof Row & string) => (times.includes(name) ? momentCell(row[name]) : row[name]);
  return `\ufeff${line([...columns])}${rows.map((row) => line(columns.map((name) => cellOf(row, name)))).join('')}`;
}
