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

/** A CSV file with a heading; lines end in CR LF, and a byte order mark tells Excel that it is UTF-8. */
export function csv<Row extends object>(columns: readonly (keyof Row & string)[], rows: readonly Row[]): string {
  const line = (cells: unknown[]) => `${cells.map(csvCell).join(',')}\r\n`;
  return `\ufeff${line([...columns])}${rows.map((row) => line(columns.map((name) => row[name]))).join('')}`;
}
