import { afterEach, expect, test, vi } from 'vitest';
import { RefusalLog } from './rejected.js';

afterEach(() => vi.useRealTimers());

test('refusals are told in one line a minute, with their number and the commonest reason, and nothing where there are none', () => {
  vi.useFakeTimers();
  const lines: string[] = [];
  const log = new RefusalLog({ warn: (line) => lines.push(line) });
  for (let index = 0; index < 67; index++) log.note(`FSP_REPORT_NOT_XML: no XML (${index})`);
  log.note('FSP_REPORT_EMPTY: empty');
  vi.advanceTimersByTime(59_000);
  expect(lines).toEqual([]);
  vi.advanceTimersByTime(1_000);
  expect(lines).toEqual([
    '68 reports were refused, whole or in part, in the last minute; most often (67): FSP_REPORT_NOT_XML: no XML (0). See rejected_messages',
  ]);
  vi.advanceTimersByTime(600_000);
  expect(lines).toHaveLength(1);
  log.note(`FSP_REPORT_EMPTY: ${'x'.repeat(1_000)}`);
  log.close();
  expect(lines[1]).toMatch(/^1 report was refused, .* minute: FSP_REPORT_EMPTY: x{200,300}…\. See/);
  vi.advanceTimersByTime(600_000);
  expect(lines).toHaveLength(2);
});
