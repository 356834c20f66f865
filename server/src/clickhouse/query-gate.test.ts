import { expect, test } from 'vitest';
import { QueryGate } from './query-gate.js';

const { signal } = new AbortController();

test('whoever takes all that one may have leaves a place to others, and those that wait take the place that is free', async () => {
  const gate = new QueryGate();
  const leave = await Promise.all(['a', 'a', 'a'].map((asker) => gate.enter(asker, signal)));
  const entered: string[] = [];
  const enter = (asker: string) =>
    gate.enter(asker, signal).then((go) => {
      entered.push(asker);
      return go;
    });
  const fourth = enter('a');
  const other = await enter('b');
  expect(entered).toEqual(['b']);
  const third = enter('c');
  other();
  await third;
  // The one in front waits for a place of its own asker.
  expect(entered).toEqual(['b', 'c']);
  leave[0]!();
  await fourth;
  expect(entered).toEqual(['b', 'c', 'a']);
});

test('the places that one may wait for are fewer than all', async () => {
  const gate = new QueryGate();
  await Promise.all(['a', 'a', 'a', 'b'].map((asker) => gate.enter(asker, signal)));
  const waiting = Array.from({ length: 16 }, () => gate.enter('a', signal).catch(() => undefined));
  await expect(gate.enter('a', signal)).rejects.toThrow(/Too many queries/);
  const gone = new AbortController();
  const other = gate.enter('c', gone.signal);
  gone.abort();
  await expect(other).rejects.toThrow(/Too many queries/);
  void Promise.all(waiting);
});
