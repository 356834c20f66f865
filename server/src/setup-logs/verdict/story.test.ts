import { expect, test } from 'vitest';
import type { LogRecord, Run } from '../types.js';
import { beginRun } from './run.js';
import { joinStories, type LocatedRun } from './story.js';

const record: LogRecord = {
  format: 'ccm',
  time: 0,
  severity: 'INFO',
  component: '',
  thread: '',
  source: '',
  message: '',
  line: 1,
  offset: 0,
  remarks: [],
  original: '',
  hints: 0,
  codes: [],
  run: null,
  beginning: { time: 0, text: '' },
};

function located(id: string, logFile: string, run: Partial<Run>): LocatedRun {
  return { id, logFile, run: { ...beginRun(record), ...run } };
}

const ccmsetup = (folder: string) =>
  located(`${folder} ccmsetup`, `${folder}/ccmsetup.log`, {
    format: 'ccm',
    startedAt: 1_000_000,
    endedAt: 1_060_000,
    verdict: 'failed',
    cause: 'client.msi installation failed',
    causeLine: 90,
  });
const clientMsi = (folder: string) =>
  located(`${folder} msi`, `${folder}/client.msi.log`, {
    format: 'msi',
    startedAt: 1_020_000,
    endedAt: 1_050_000,
    verdict: 'failed',
    cause: 'Action CcmRegisterWmiMofFile failed',
    causeLine: 7,
    certainty: 'certain',
    productName: 'Configuration Manager Client',
  });

test('ccmsetup and the packages that it installs are one story, whose cause is the package’s', () => {
  const starter = ccmsetup('Logs');
  const prerequisite = located('vc', 'Logs/vcredist_x64.msi.log', {
    format: 'msi',
    startedAt: 1_010_000,
    endedAt: 1_012_000,
    verdict: 'succeeded',
  });
  const stories = joinStories([clientMsi('Logs'), starter, prerequisite]);
  expect(new Set(stories.values())).toEqual(new Set(['Logs ccmsetup']));
  expect(starter.run).toMatchObject({
    cause: 'Action CcmRegisterWmiMofFile failed (Logs/client.msi.log, line 7)',
    causeLine: 90,
    certainty: 'certain',
  });
});

test('logs of two machines in folders of their own are two stories', () => {
  const stories = joinStories([ccmsetup('PC1'), clientMsi('PC2'), ccmsetup('PC2')]);
  expect(Object.fromEntries(stories)).toEqual({
    'PC1 ccmsetup': 'PC1 ccmsetup',
    'PC2 ccmsetup': 'PC2 ccmsetup',
    'PC2 msi': 'PC2 ccmsetup',
  });
});

test('a package of the client is no part of a role’s set-up, nor the role’s package of ccmsetup', () => {
  const role = located('role', 'SMSFSPSetup.log', { format: 'role_setup', startedAt: 1_000_000, endedAt: 1_060_000 });
  const fspMsi = located('fsp', 'fspMSI.log', { format: 'msi', startedAt: 1_020_000, endedAt: 1_030_000 });
  const client = { ...clientMsi('.'), logFile: 'client.msi.log' };
  const starter = { ...ccmsetup('.'), logFile: 'ccmsetup.log' };
  expect(Object.fromEntries(joinStories([role, fspMsi, client, starter]))).toEqual({
    role: 'role',
    fsp: 'role',
    '. msi': '. ccmsetup',
    '. ccmsetup': '. ccmsetup',
  });
});

test('a package that ran when ccmsetup did not is an installation of its own', () => {
  const late = clientMsi('Logs');
  late.run.startedAt = 9_000_000;
  expect(joinStories([ccmsetup('Logs'), late]).get('Logs msi')).toBe('Logs msi');
});
