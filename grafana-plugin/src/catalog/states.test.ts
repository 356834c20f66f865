import { config } from '@grafana/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeState, stateCatalog } from '../../../server/src/catalog/states.js';
import { stateText } from './states.js';

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
  expect(stateText(800, 999, 'state 999')).toBe('state 999');
  expect(stateText(800, 313, 'something else')).toBe('something else');
  config.bootData.user.language = 'en-US';
  expect(stateText(800, 400, 'Client deployment succeeded')).toBe('Client deployment succeeded');
});
