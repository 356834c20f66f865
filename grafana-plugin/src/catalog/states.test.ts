import { config } from '@grafana/runtime';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { describeState, stateCatalog } from '../../../server/src/catalog/states.js';
import { stateText, topicText } from './states.js';

vi.mock(import('@grafana/i18n'), async (original) => {
  const { default: french } = await import('../locales/fr-FR/fallbackstatuspoint-fsp-app.json');
  const inFrench = (key: string, english: string, values: Record<string, unknown> = {}) =>
    ((french as Record<string, string>)[key] ?? english).replaceAll(/{{(\w+)}}/g, (_, name: string) =>
      String(values[name]),
    );
  return { ...(await original()), t: inFrench };
});

const before = config.bootData.user.language;
beforeEach(() => {
  config.bootData.user.language = 'fr-FR';
});
afterEach(() => {
  config.bootData.user.language = before;
});

test.each(stateCatalog.filter(({ stateId }) => stateId !== null))(
  'state $topicType/$stateId is told in French, with its parameter',
  ({ topicType, stateId, text, textFr }) => {
    const { stateText: english } = describeState(topicType, stateId!, ['$&-1603']);
    expect(stateText(topicType, stateId!, english)).toBe(textFr.replace('{1}', () => '$&-1603'));
    expect(textFr.includes('{1}')).toBe(text.includes('{1}'));
  },
);

test('what the catalogue does not know stays as it is stored, and English stays English', () => {
  expect(stateText(800, 999, 'said by a later version')).toBe('said by a later version');
  expect(stateText(800, 313, 'something else')).toBe('something else');
  config.bootData.user.language = 'en-US';
  expect(stateText(800, 400, 'Client deployment succeeded')).toBe('Client deployment succeeded');
});

test('a state and a topic that nobody knows are told by their numbers, in the language', () => {
  expect([stateText(800, 999, 'state 999'), topicText(4711, 'topic 4711')]).toEqual(['état 999', 'sujet 4711']);
  expect(topicText(500, 'SUM_UPDATE_DETECTION')).toBe('SUM_UPDATE_DETECTION');
});
