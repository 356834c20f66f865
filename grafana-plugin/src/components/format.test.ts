import { config } from '@grafana/runtime';
import { afterEach, expect, test } from 'vitest';
import { duration } from './format.js';

const before = config.bootData.user.language;
afterEach(() => {
  config.bootData.user.language = before;
});

test.each([
  [0, '0 seconds', '0 seconde'],
  [0.25, '250 milliseconds', '250 millisecondes'],
  [1, '1 second', '1 seconde'],
  [59.6, '60 seconds', '60 secondes'],
  [66, '1.1 minutes', '1,1 minute'],
  [3_600, '1 hour', '1 heure'],
  [11_520, '3.2 hours', '3,2 heures'],
  [-7_200, '-2 hours', '-2 heures'],
  [3 * 86_400, '3 days', '3 jours'],
  [57 * 31_536_000, '57 years', '57 ans'],
])('%d seconds are told in the words of the language', (seconds, english, french) => {
  config.bootData.user.language = 'en-US';
  expect(duration(seconds)).toBe(english);
  config.bootData.user.language = 'fr-FR';
  expect(duration(seconds).replaceAll('\u00a0', ' ')).toBe(french);
});

test.each([null, undefined, Number.NaN])('%s is a dash', (nothing) => {
  expect(duration(nothing)).toBe('–');
});
