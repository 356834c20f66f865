import { locationService } from '@grafana/runtime';
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { renderInGrafana } from '../test/grafana.js';
import { useSearch } from './search.js';

function Box() {
  const { search, typed, setTyped } = useSearch();
  return (
    <>
      <input
        aria-label="box"
        value={typed}
        onChange={({ currentTarget }) => {
          setTyped(currentTarget.value);
        }}
      />
      <p>listed: {search}</p>
    </>
  );
}

test('the box has what is searched for, whether that was typed or is of an address that one came to', async () => {
  locationService.push('/clients?search=one');
  renderInGrafana(<Box />);
  const box = await screen.findByLabelText<HTMLInputElement>('box');
  expect(box.value).toBe('one');
  const goTo = (search: string) => {
    act(() => {
      locationService.push(`/clients?search=${search}`);
    });
  };
  goTo('two');
  expect(box.value).toBe('two');
  fireEvent.change(box, { target: { value: 'three' } });
  await waitFor(() => {
    expect(locationService.getSearch().get('search')).toBe('three');
  });
  await screen.findByText('listed: three');
  expect(box.value).toBe('three');
  goTo('two');
  expect(box.value).toBe('two');
  goTo('three');
  expect(box.value).toBe('three');
  goTo('');
  expect(box.value).toBe('');
});
