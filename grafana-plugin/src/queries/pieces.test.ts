import { expect, test } from 'vitest';
import { inPieces, rowsOfPiece } from './pieces.js';

const names = Array.from({ length: 2 * rowsOfPiece + 1 }, (_, index) => ({ name: String(index).padStart(6, '0') }));
const ask = (after: string | undefined) =>
  Promise.resolve(names.filter(({ name }) => after === undefined || name > after).slice(0, rowsOfPiece));

test('a long list is had whole and in its order, each row once, as many as are wanted at the most', async () => {
  expect(await inPieces(ask, ({ name }) => name, 1_000_000)).toEqual(names);
  expect(await inPieces(ask, ({ name }) => name, rowsOfPiece + 7)).toEqual(names.slice(0, rowsOfPiece + 7));
  expect(await inPieces(() => Promise.resolve([]), String, 10)).toEqual([]);
});
