import { expect, test } from 'vitest';
import { compared, toldCompared } from './compare.mjs';
import { linePlot } from './plot.mjs';

const row = (key: string, ratio: number, better?: 'lower') => ({ key, what: `what ${key} is`, ratio, better });

test('a ratio that became worse by more than a quarter is told, by which side is better', () => {
  const before = [row('rate', 0.5), row('noise', 0.5), row('growth', 2, 'lower'), row('gone', 1)];
  const now = [row('rate', 0.3), row('noise', 0.45), row('growth', 4, 'lower'), row('new', 1)];
  const { both, unmatched } = compared(before, now);
  expect(both.filter(({ worse }) => worse).map(({ key }) => key)).toEqual(['rate', 'growth']);
  expect(unmatched).toEqual(['gone', 'new']);
  expect(compared(before, before).both.some(({ worse }) => worse)).toBe(false);
});

test('a ratio that is no number counts as worse, and nothing compared does not pass for nothing worse', () => {
  expect(compared([row('rate', 0.5)], [row('rate', Number.NaN)]).both[0]?.worse).toBe(true);
  const nothing = compared([row('rate', 1)], [row('other', 1)]);
  expect(nothing.both).toEqual([]);
  expect(toldCompared(nothing, 'an earlier run')).toContain('Nothing could be compared');
});

test('a plot shows every point of every line, by its height, and takes what a name is for text', () => {
  const svg = linePlot({
    title: 'Cost <of> all',
    x: 'connections',
    y: 'µs',
    series: [
      {
        name: 'one',
        points: [
          [1, 10],
          [8, 20],
          [64, 40],
        ],
      },
      {
        name: 'none',
        points: [
          [1, 0],
          [64, 0],
        ],
      },
    ],
  });
  const heights = [...svg.matchAll(/<circle cx="[\d.]+" cy="([\d.]+)"/g)].map(([, y]) => Number(y));
  expect(heights).toHaveLength(5);
  expect(heights[0]! - heights[1]!).toBeCloseTo((heights[1]! - heights[2]!) / 2, 0);
  expect(heights[3]).toBe(heights[4]);
  expect(svg).toContain('Cost &lt;of> all');
});
