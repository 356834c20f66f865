/** Rows that are asked for at a time: few enough for one answer, whatever stands in them. */
export const rowsOfPiece = 25_000;

/**
 * All rows of a long list that is ordered by name, which no two of them share: a single answer with all of them would be
 * larger than one may be.
 * @param ask gives the next rows behind a name; without one the first
 */
export async function inPieces<Row extends object>(
  ask: (after: string | undefined) => Promise<Row[]>,
  nameOf: (row: Row) => string,
  most: number,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let after: string | undefined; ;) {
    const piece = await ask(after);
    for (const row of piece) rows.push(row);
    const last = piece.at(-1);
    if (last === undefined || piece.length < rowsOfPiece || rows.length >= most) return rows.slice(0, most);
    after = nameOf(last);
  }
}
