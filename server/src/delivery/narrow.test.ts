import fc from 'fast-check';
import { expect, test } from 'vitest';
import { narrow } from './narrow.js';

test('whatever is refused is found, everything else is sent once and in order, in pieces that are the same each time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 200 }), async (bad) => {
      const run = async () => {
        const sent: number[] = [];
        const pieces: string[] = [];
        const refused = await narrow(
          bad.length,
          (from, to) => {
            pieces.push(`${from}-${to}`);
            if (bad.slice(from, to).includes(true)) return Promise.reject(new Error('refused'));
            for (let index = from; index < to; index++) sent.push(index);
            return Promise.resolve();
          },
          () => true,
        );
        return { sent, pieces, refused: refused.map(({ index }) => index) };
      };
      const first = await run();
      const indexes = (wanted: boolean) => bad.flatMap((one, index) => (one === wanted ? [index] : []));
      expect(first.refused).toEqual(indexes(true));
      expect(first.sent).toEqual(indexes(false));
      expect(await run()).toEqual(first);
    }),
    { numRuns: 200 },
  );
});

test('an error that is about the receiver ends all at once, and nothing is taken for refused', async () => {
  let calls = 0;
  const away = () => Promise.reject(new Error(++calls === 1 ? 'refused' : 'away'));
  await expect(narrow(8, away, (error) => (error as Error).message === 'refused')).rejects.toThrow('away');
  expect(calls).toBe(2);
});
