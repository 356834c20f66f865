import { describe, expect, test } from 'vitest';
import { banner, ccmLog, only, runsOf, type CcmLine } from './verdict-logs.js';

/** Lines broken at a blank, as mail and forums do. */
const wrapped = (text: string, width: number) =>
  text
    .split('\n')
    .map((line) => line.replaceAll(new RegExp(`(.{1,${width}}(?:\\s|$)|\\S{${width}})`, 'g'), '$1\n').trimEnd())
    .join('\n');

describe('a ccmsetup.log of which the beginning is lost', () => {
  const bootstrap: CcmLine[] = [
    [banner, 1, 0, 10],
    ['Ccmsetup command line: "C:\\Temp\\ccmsetup.exe" /mp:mp01', 1, 1, 10],
    ['Successfully created the ccmsetup service', 1, 2, 10],
    ['Successfully started the ccmsetup service', 1, 3, 10],
    ['CcmSetup is exiting with return code 0', 1, 4, 10],
  ];
  const service: CcmLine[] = [
    [banner, 1, 5, 20],
    ['Ccmsetup command line: "C:\\Windows\\ccmsetup\\ccmsetup.exe" /runservice /mp:mp01', 1, 6, 20],
    ['File C:\\Windows\\ccmsetup\\client.msi installation failed. Error text: ExitCode: 1603', 3, 7, 20],
    ['CcmSetup failed with error code 0x80070643', 1, 8, 20],
  ];
  const whole = [...bootstrap, ...service];

  test.each([0, 1, 2, 3, 5, 6])('is one failed installation without its first %i lines', (lost) => {
    const run = only(runsOf(ccmLog(whole.slice(lost))));
    expect(run).toMatchObject({ verdict: 'failed', certainty: 'certain' });
    expect(run.cause).toContain('client.msi');
  });

  test('is one failed installation where its banners are lost', () => {
    expect(only(runsOf(ccmLog(whole.filter(([text]) => text !== banner)))).verdict).toBe('failed');
  });

  test('and of which nothing but a good end is left is likely a success, and asks for the whole log', () => {
    expect(only(runsOf(ccmLog(bootstrap.slice(-1))))).toMatchObject({
      verdict: 'succeeded',
      certainty: 'likely',
      nextStep: 'ccmsetup_whole_log',
    });
  });

  test.each([
    ['Installation succeeded.', 'install'],
    ['Uninstall succeeded.', 'uninstall'],
  ])('ends for certain where a line says it: %s; the next is another', (told, action) => {
    const runs = runsOf(
      ccmLog([
        [told, 1, 0, 5],
        ['CcmSetup is exiting with return code 0', 1, 1, 5],
        ...whole.slice(0, 1),
        ...whole.slice(1),
      ]),
    );
    expect(runs.map(({ verdict }) => verdict)).toEqual(['succeeded', 'failed']);
    expect(runs[0]).toMatchObject({ action, certainty: 'certain' });
  });
});

describe('a log that was wrapped', () => {
  test.each([40, 60, 80, 120])('at %i columns fails as it did', (width) => {
    const log = ccmLog([
      banner,
      ["File 'C:\\Windows\\ccmsetup\\vcredist_x64.exe' returned failure exit code 1603. Fail the installation.", 3],
      'CcmSetup failed with error code 0x80070643',
    ]);
    expect(only(runsOf(wrapped(log, width)))).toMatchObject({ verdict: 'failed' });
  });
});
