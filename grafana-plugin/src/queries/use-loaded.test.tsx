import { act, renderHook, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { useLoaded } from './use-loaded.js';

const answered = () => Promise.resolve('of the first');
const refused = () => Promise.reject(new Error('too much memory'));

function loaded(load: () => Promise<string>, question?: string) {
  return renderHook(({ load: now, question: asked }) => useLoaded(now, undefined, asked), {
    initialProps: { load, question },
  });
}

test('where a question fails, what was answered to another one does not stand in its place', async () => {
  const { result, rerender } = loaded(answered);
  await waitFor(() => {
    expect(result.current.value).toBe('of the first');
  });
  rerender({ load: refused, question: undefined });
  await waitFor(() => {
    expect(result.current.error?.message).toBe('too much memory');
  });
  expect(result.current.value).toBeUndefined();
});

test('where the same question fails later, what was answered before stays, with its time', async () => {
  const { result, rerender } = loaded(answered, 'now-7d now SELECT 1');
  await waitFor(() => {
    expect(result.current.value).toBe('of the first');
  });
  const { at } = result.current;
  rerender({ load: refused, question: 'now-7d now SELECT 1' });
  await waitFor(() => {
    expect(result.current.error?.message).toBe('too much memory');
  });
  act(() => {
    result.current.reload();
  });
  expect(result.current).toMatchObject({ value: 'of the first', at });
});
