import { expect, test } from 'vitest';
import { describeMessage } from './describe.js';
import { findError, findHresult } from './errors.js';
import { describeState } from './states.js';

test.each([
  [800, 313, ['1603'], 'Client.msi installation failed with MSI error 1603', 'deployment', 'failed'],
  [800, 313, [], 'Client.msi installation failed with MSI error (not given)', 'deployment', 'failed'],
  [
    800,
    308,
    ['http://x/$&'],
    'Failed to download the file over WINHTTP at address http://x/$&',
    'deployment',
    'failed',
  ],
  [800, 401, [], 'Deployment succeeded, reboot required', 'deployment', 'reboot_pending'],
  [800, 500, [], 'Client assignment started', 'assignment', 'in_progress'],
  [1000, 2, [], 'Client failed to communicate with the management point', 'communication', 'failed'],
  [800, 12, [], 'state 12', 'deployment', 'unknown'],
  [4711, 1, [], 'state 1', 'other', 'unknown'],
])('topic %i state %i with %j reads "%s"', (topic, state, params, stateText, phase, outcome) => {
  expect(describeState(topic, state, params)).toMatchObject({ stateText, phase, outcome });
});

test('an unknown topic is named by its number, a known topic with an unknown state by its name', () => {
  expect(describeState(4711, 12, []).topicName).toBe('topic 4711');
  expect(describeState(500, 2, []).topicName).toBe('SUM_UPDATE_DETECTION');
});

test.each([
  ['0x80070005', '0x80070005', 'Access is denied'],
  ['0x80070643', '0x80070643', 'Windows Installer 1603: a fatal error occurred during installation'],
  ['-2147024891', '0x80070005', 'Access is denied'],
  ['2147942405', '0x80070005', 'Access is denied'],
  ['0x80072ee7', '0x80072EE7', 'WinHTTP: the server name could not be resolved'],
  ['80072EE7', '0x80072EE7', 'WinHTTP: the server name could not be resolved'],
  ['0x80070641', '0x80070641', 'The Windows Installer service could not be accessed'],
  ['0x8DEADBEE', '0x8DEADBEE', ''],
])('%s is the HRESULT %s', (given, code, text) => {
  expect(findHresult(given)).toEqual({ code, text });
});

test.each([
  '',
  '0',
  '1603',
  '80',
  '5.00.9096.1000',
  'http://mp01/x',
  '0x00000000',
  '20260101',
  '12345678',
  '0x8007',
  '{0D94311F-CB7B-4E73-94B1-75878081111C}',
])('"%s" is no HRESULT', (given) => {
  expect(findHresult(given)).toBeNull();
});

test.each([
  [800, 313, ['1618'], '1618'],
  [800, 313, ['1999'], '1999'],
  [800, 313, ['0x80070643'], '0x80070643'],
  [800, 313, ['80070643'], '0x80070643'],
  [800, 313, ['0x643'], '1603'],
  [800, 313, ['0x00000643'], '1603'],
  [800, 313, ['01603'], '1603'],
  [800, 313, ['1603 (0x643)'], '1603'],
  [800, 313, ['0'], undefined],
  [800, 308, ['http://mp01:80/file', '0x80072EE2'], '0x80072EE2'],
  [800, 308, ['http://mp01:80/file', '12002'], '12002'],
  [800, 308, ['5'], undefined],
  [800, 310, ['7600'], undefined],
  [800, 310, ['2'], undefined],
  [800, 306, ['12029'], '12029'],
  [800, 306, ['', '0x00002EFD'], '12029'],
  [800, 306, ['12029 (0x2EFD)'], '12029'],
  [800, 306, ['443', '60001', '0', '3', '5 tries'], undefined],
  [800, 322, ['\\\\srv\\share', '53'], '53'],
  [800, 302, ['1073'], '1073'],
  [810, 110, ['1618'], '1618'],
  [800, 999, ['5'], undefined],
  [800, 602, ['P01'], undefined],
  [1000, 2, ['0', '-2147012867'], '0x80072EFD'],
  [1000, 2, ['12029'], '12029'],
  [1300, 2, ['0', '0'], undefined],
])('topic %i state %i with %j names the error %s', (topic, state, params, code) => {
  expect(findError(topic, state, params)?.code).toBe(code);
});

test.each([
  [800, 100, 'DEADBEEF'],
  [800, 400, '2147942405'],
  [800, 401, '0x80070BC2'],
  [800, 500, '3000000000'],
  [1000, 1, '0x80070005'],
])('what went well, or goes on, names no error: topic %i state %i with %s', (type, id, param) => {
  expect(describeMessage({ topic: { type }, state: { id }, params: [param] }).errorCode).toBe('');
});

test.each([
  [1500, 2, '80070005'],
  [9003, 7, '0x80070005'],
  [810, 110, '0x80070005'],
])('of what failed, or is not known, topic %i state %i, %s is one', (type, id, param) => {
  expect(describeMessage({ topic: { type }, state: { id }, params: [param] }).errorCode).toBe('0x80070005');
});

test('a message without an error has empty error fields', () => {
  expect(describeMessage({ topic: { type: 800 }, state: { id: 400 }, params: [] })).toMatchObject({
    errorCode: '',
    errorText: '',
    outcome: 'succeeded',
  });
});
