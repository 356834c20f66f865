import { act, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { renderInGrafana } from '../test/grafana.js';
import { logOf, record } from '../test/logs.js';
import { LogView } from './LogView.js';
import { MemorySource } from './memory-source.js';
import type { LogSource } from './source.js';

beforeEach(() => {
  localStorage.clear();
});

const failed = () =>
  logOf([
    'Action start: CreateIt',
    { message: 'Product: X -- Error 25140. Access denied', severity: 'error', time: Date.UTC(2026, 0, 2, 3, 5) },
    // The clock of this thread is behind.
    { message: 'Action ended: CreateIt. Return value 3.', severity: 'error', time: Date.UTC(2026, 0, 2, 3, 4) },
    'Property dump\nA = 1\nCustom action failed with 0x80070005',
    'The end',
  ]);

const grid = () => screen.findByRole('grid', { name: 'Lines of the log' });
const lines = async () =>
  within(await grid())
    .getAllByRole('row')
    .map((row) => row.textContent);

test('the order is the file’s, not that of the clock', async () => {
  renderInGrafana(<LogView source={failed()} height={600} />);
  await screen.findByText('The end');
  const texts = await lines();
  const at = (text: string) => texts.findIndex((line) => line.includes(text));
  expect(at('Error 25140')).toBeLessThan(at('Return value 3'));
  expect(texts).toHaveLength(5);
});

test('a record of several lines is folded with a mark, and unfolds one by one or all together', async () => {
  const { user } = renderInGrafana(<LogView source={failed()} height={600} />);
  const fold = await screen.findByRole('button', { name: '3 lines, trouble among them' });
  expect(screen.queryByText(/A = 1/)).toBeNull();
  await user.click(fold);
  expect(await screen.findByText(/A = 1/)).toBeInTheDocument();
  await user.click(fold);
  expect(screen.queryByText(/A = 1/)).toBeNull();
  await user.click(screen.getByRole('button', { name: 'View' }));
  await user.click(screen.getByLabelText('Unfold all'));
  expect(await screen.findByText(/A = 1/)).toBeInTheDocument();
});

test('finding counts, goes on and back, and leaves every line where it is', async () => {
  const { user } = renderInGrafana(<LogView source={failed()} height={600} />);
  await user.type(await screen.findByLabelText('Find'), 'action');
  await screen.findByText('3 found');
  await user.keyboard('{F3}');
  await screen.findByText('1 of 3 found');
  await user.keyboard('{F3}');
  await screen.findByText('2 of 3 found');
  await user.keyboard('{Shift>}{F3}{/Shift}');
  await screen.findByText('1 of 3 found');
  expect(await lines()).toHaveLength(5);
  await user.clear(screen.getByLabelText('Find'));
  await user.click(screen.getByRole('button', { name: 'Regular expression' }));
  await user.type(screen.getByLabelText('Find'), '(unclosed');
  await screen.findByText(/No regular expression: .*missing closing/);
});

test('keys move, select, and show the details with what a code means', async () => {
  const chosen = vi.fn();
  const { user } = renderInGrafana(<LogView source={failed()} height={600} onChoose={chosen} />);
  await screen.findByText('The end');
  (await grid()).focus();
  await user.keyboard('{End}{ArrowUp}');
  const details = await screen.findByRole('region', { name: 'Chosen line' });
  await within(details).findByText(/ERROR_ACCESS_DENIED|Access is denied/);
  const link = within(details).getByRole('link', { name: '0x80070005' });
  expect(link).toHaveAttribute('href', expect.stringContaining('/look-up?code=0x80070005'));
  expect(chosen).toHaveBeenLastCalledWith({ file: 0, line: 4 });
  await user.keyboard('{Shift>}{Home}{/Shift}');
  await screen.findByText(/selected: 4/);
  await user.keyboard('{Enter}');
  await waitFor(() => {
    expect(screen.queryByRole('region', { name: 'Chosen line' })).toBeNull();
  });
  await user.keyboard('n');
  await waitFor(() => {
    expect(chosen).toHaveBeenLastCalledWith({ file: 0, line: 2 });
  });
});

test('where one goes while something is still looked for, one stays', async () => {
  const source = failed();
  let answer: () => void = () => undefined;
  const slow: LogSource = {
    id: 'slow',
    grows: false,
    files: source.files,
    async open(scope) {
      const log = await source.open(scope);
      const find = log.find.bind(log);
      log.find = (place) =>
        new Promise((resolve) => {
          answer = () => {
            resolve(find(place));
          };
        });
      return log;
    },
  };
  const { user } = renderInGrafana(<LogView source={slow} height={600} target={{ file: 0, line: 2 }} />);
  await screen.findByText('The end');
  (await grid()).focus();
  await user.keyboard('{End}');
  const details = await screen.findByRole('region', { name: 'Chosen line' });
  await within(details).findByText('The end');
  await act(async () => {
    answer();
    await Promise.resolve();
  });
  expect((await grid()).querySelector('[aria-selected=true]')).toHaveTextContent('The end');
});

test('a severity leaves lines out, and says how many there are', async () => {
  renderInGrafana(<LogView source={failed()} height={600} options={{ leastSeverity: 'error' }} />);
  await screen.findByText(/2 of 5 lines/);
  expect(await lines()).toHaveLength(2);
});

test('remarks are shown with what they mean, and no time that the log does not have', async () => {
  const source = logOf([
    { message: 'torn', remarks: ['damaged'] },
    { message: 'without time', remarks: ['time_inherited'] },
    { message: 'without zone', remarks: ['zone_unknown'] },
  ]);
  const { user } = renderInGrafana(<LogView source={source} height={600} />);
  await screen.findByText('without zone');
  const [torn, inherited, zoneless] = await lines();
  expect(torn).toContain('damaged');
  expect(inherited).toContain('unknown');
  expect(inherited).not.toContain('2026');
  expect(zoneless).toContain('2026-01-02 03:04:02.000 ?');
  await user.click(screen.getByText('torn'));
  await screen.findByText(/No whole record of the log’s format/);
});

test('a text of a log is a text, whatever it holds', async () => {
  const hostile = logOf(['<img src=x onerror="window.hacked=1"><b>bold</b>', '\u001b[31mred \u202eevil']);
  renderInGrafana(<LogView source={hostile} height={600} />);
  await screen.findByText('<img src=x onerror="window.hacked=1"><b>bold</b>');
  await screen.findByText('␛[31mred ⟨U+202E⟩evil');
  expect(document.querySelector('img[src=x]')).toBeNull();
});

test('several files are read one after the other, and merged by time by a switch', async () => {
  const file = (path: string) => ({ host: '', path, format: 'ccm' });
  const source = new MemorySource(
    'two',
    [file('C:\\a.log'), file('C:\\b.log')],
    [
      record('first of a', { time: 1_000 }),
      record('last of a', { time: 3_000 }),
      record('only of b', { file: 1, time: 2_000 }),
    ],
  );
  const { user } = renderInGrafana(<LogView source={source} height={600} />);
  await screen.findByText('only of b');
  const order = async () => (await lines()).map((line) => /(first|last|only) of [ab]/.exec(line)?.[0]);
  expect(await order()).toEqual(['first of a', 'last of a', 'only of b']);
  await user.click(screen.getByRole('button', { name: 'View' }));
  await user.click(screen.getByLabelText('Merge by time'));
  await waitFor(async () => {
    expect(await order()).toEqual(['first of a', 'only of b', 'last of a']);
  });
});

test('highlights are kept by the browser', async () => {
  const { user, unmount } = renderInGrafana(<LogView source={failed()} height={600} />);
  await user.click(await screen.findByRole('button', { name: 'Highlights' }));
  await user.click(screen.getByRole('button', { name: 'Highlight a text' }));
  await user.type(screen.getByLabelText('Text to highlight'), 'CreateIt');
  await waitFor(() => {
    expect(screen.getAllByText('CreateIt').map(({ tagName }) => tagName)).toContain('MARK');
  });
  unmount();
  renderInGrafana(<LogView source={failed()} height={600} />);
  await waitFor(() => {
    expect(screen.getAllByText('CreateIt')[0]!.tagName).toBe('MARK');
  });
});
