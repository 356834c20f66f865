import { expect, test } from 'vitest';
import type { LogRecord, Run } from '../types.js';
import { beginRun } from './run.js';
import { joinStories, Stories, type LocatedRun } from './story.js';

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

test('roles that are set up at the same time, and what others install meanwhile, take nothing from each other', () => {
  const setup = (role: string, cause: string, exitCode: number) =>
    located(role, `${role}Setup.log`, {
      format: 'role_setup',
      startedAt: 1_000_000,
      endedAt: 1_060_000,
      verdict: 'failed',
      exitCode,
      cause,
    });
  const installer = (logFile: string, exitCode: number, productName = '') =>
    located(logFile, logFile, {
      format: 'msi',
      startedAt: 1_020_000,
      endedAt: 1_030_000,
      verdict: 'failed',
      exitCode,
      productName,
      productVersion: logFile,
      cause: `of ${logFile}`,
      causeLine: 7,
    });
  const roles = [
    setup('SMSFSP', 'fsp.msi ended with 1603: it failed', 1603),
    setup('mp', 'sqlncli.msi ended with 1612: no source', 1612),
  ];
  const stories = joinStories([
    ...roles,
    ...[installer('fspMSI.log', 1603), installer('mpMSI.log', 1603), installer('sqlncliMSI.log', 1612)],
    ...[installer('agent.log', 1603, 'Contoso Agent'), installer('dotnetMSI.log', 1603, 'Microsoft .NET')],
  ]);
  expect(Object.fromEntries(stories)).toEqual({
    SMSFSP: 'SMSFSP',
    mp: 'mp',
    'fspMSI.log': 'SMSFSP',
    'mpMSI.log': 'mp',
    'sqlncliMSI.log': 'mp',
    'agent.log': 'agent.log',
    'dotnetMSI.log': 'dotnetMSI.log',
  });
  expect(roles.map(({ run }) => [run.cause, run.productVersion])).toEqual([
    ['of fspMSI.log (fspMSI.log, line 7)', 'fspMSI.log'],
    ['of sqlncliMSI.log (sqlncliMSI.log, line 7)', 'mpMSI.log'],
  ]);
});

test('another product that is called a client too is no part of ccmsetup', () => {
  const other = clientMsi('Logs');
  Object.assign(other, { logFile: 'Logs/vpn.log', run: { ...other.run, productName: 'Contoso VPN Client' } });
  const starter = ccmsetup('Logs');
  expect(joinStories([starter, other]).get('Logs msi')).toBe('Logs msi');
  expect(starter.run.cause).toBe('client.msi installation failed');
});

test('a package that ran when ccmsetup did not is an installation of its own', () => {
  const late = clientMsi('Logs');
  late.run.startedAt = 9_000_000;
  expect(joinStories([ccmsetup('Logs'), late]).get('Logs msi')).toBe('Logs msi');
});

/** As it would be told with all runs known: the last one that can have started it. */
function plainly(runs: readonly LocatedRun[]): Record<string, string> {
  const folder = (path: string) => path.slice(0, path.lastIndexOf('/'));
  return Object.fromEntries(
    runs.map(({ id, logFile, run }) => {
      const ofClient = logFile.endsWith('.msi.log');
      const starter = runs.findLast(
        (one) =>
          run.format === 'msi' &&
          one.run.format !== 'msi' &&
          (one.run.format === 'role_setup') !== ofClient &&
          (!ofClient || folder(one.logFile) === folder(logFile)) &&
          one.run.startedAt! <= run.startedAt! &&
          run.startedAt! <= one.run.endedAt!,
      );
      return [id, starter?.id ?? id];
    }),
  );
}

test('told one by one, in any order and again as more is known, runs have the installations that all of them tell', () => {
  let state = 20_261_126;
  const random = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  for (let round = 0; round < 50; round++) {
    const runs = Array.from({ length: 40 }, (_, index) => {
      const kind = (['role', 'fspMSI', 'ccmsetup', 'client'] as const)[random(4)]!;
      const [format, file] = (
        {
          role: ['role_setup', 'SMSFSPSetup.log'],
          fspMSI: ['msi', 'fspMSI.log'],
          ccmsetup: ['ccm', 'ccmsetup.log'],
          client: ['msi', 'client.msi.log'],
        } as const
      )[kind];
      // Further apart than what is tolerated.
      const startedAt = 1_000_000 + random(100) * 10_000;
      return located(`${index}`, `PC${random(3)}/${file}`, {
        format,
        startedAt,
        endedAt: startedAt + random(20) * 10_000,
        verdict: 'succeeded',
      });
    });
    const stories = new Stories();
    const told = new Map<string, string>();
    for (const one of runs) {
      // First without its end.
      for (const known of [{ ...one, run: { ...one.run, endedAt: null, verdict: 'unfinished' as const } }, one])
        for (const id of stories.tell(known)) told.set(id, stories.installationOf(id));
    }
    expect(Object.fromEntries(told)).toEqual(plainly(runs));
  }
});

test('of thousands of runs, one that becomes known is told to those alone that it can have to do with', () => {
  const stories = new Stories();
  for (let index = 0; index < 3_000; index++)
    stories.tell(located(`${index}`, 'fspMSI.log', { format: 'msi', startedAt: index * 10_000 }));
  const role = located('role', 'SMSFSPSetup.log', {
    format: 'role_setup',
    startedAt: 500_000,
    endedAt: 525_000,
    verdict: 'succeeded',
  });
  expect(stories.tell(role)).toEqual(new Set(['role', '50', '51', '52']));
  expect(stories.tell(located('51', 'fspMSI.log', { format: 'msi', startedAt: 510_000 }))).toEqual(
    new Set(['51', 'role']),
  );
});
