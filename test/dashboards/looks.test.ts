// Colours of figures and columns, as the generated boards have them: nothing known must not look like well.
import { expect, test } from 'vitest';
import { boardOf } from './told.js';

interface Steps {
  steps: { value: number | null; color: string }[];
}
interface Looks {
  title: string;
  type: string;
  fieldConfig: { overrides: { matcher: { options: string }; properties: { id: string; value: unknown }[] }[] };
}

const names = ['overview', 'failures', 'client', 'communication', 'operations', 'receivers', 'setup'];
const panels = names.flatMap((name) => boardOf(name).panels as unknown as Looks[]);

/** Thresholds of a column, by its name. */
const stepsOf = ({ fieldConfig }: Looks) =>
  fieldConfig.overrides.flatMap(({ matcher, properties }) =>
    properties
      .filter(({ id }) => id === 'thresholds')
      .map(({ value }) => [matcher.options, (value as Steps).steps] as const),
  );
/** The colour that Grafana gives a number. */
const colourOf = (steps: Steps['steps'], value: number) =>
  steps.filter((step) => step.value === null || step.value <= value).at(-1)!.color;
const columnOf = (title: string, column: string) =>
  stepsOf(panels.find((one) => one.title === title)!).find(([name]) => name === column)![1];

test('no figure is green at nothing', () => {
  for (const panel of panels.filter(({ type }) => type === 'stat'))
    for (const [column, steps] of stepsOf(panel)) {
      expect([panel.title, column, steps[0]!.color]).toEqual([panel.title, column, 'text']);
      if (column !== 'free') expect([panel.title, column, colourOf(steps, 0)]).toEqual([panel.title, column, 'text']);
    }
  expect(colourOf(columnOf('Clients by outcome', 'succeeded'), 1)).toBe('green');
});

test('the fullest disk is coloured as the disks in the table are', () => {
  const free = columnOf('Fullest disk', 'free');
  expect([0.02, 0.15, 0.5].map((share) => colourOf(free, share))).toEqual(['red', 'orange', 'green']);
  expect(free).toEqual(columnOf('Fleet', 'disk_free'));
});

test('a clock that is behind is coloured as one that is ahead', () => {
  const client = columnOf('State', 'clock_offset');
  expect([-86_400, -301, -300, 0, 300, 301].map((seconds) => colourOf(client, seconds))).toEqual([
    'orange',
    'orange',
    'text',
    'text',
    'text',
    'orange',
  ]);
  const receiver = columnOf('Fleet', 'clock_ahead');
  expect([-60_000, 0, 60_000].map((ms) => colourOf(receiver, ms))).toEqual(['orange', 'text', 'orange']);
});
