import { expect, test } from 'vitest';
import { parseLog } from '../synthetic-logs.js';
import { describeOnPublicSamples, publicSample } from './samples.js';

/** Records as they are compared: line, time, severity, what stands in the log's fields, remarks. */
const outline = (name: string) => {
  const { records, format } = parseLog(publicSample(name));
  return {
    format,
    records: records.map(({ line, time, severity, component, thread, remarks }) =>
      [line, time === null ? '-' : new Date(time).toISOString(), severity, component, thread, ...remarks].join(' '),
    ),
  };
};

describeOnPublicSamples('real logs', () => {
  test('a role set-up log of 2014 has a record a line, in local time of an unknown zone', () => {
    const { records, runs, format } = parseLog(publicSample('SUPSetup_2014_cm2012.log'));
    expect([format, records.length]).toEqual(['role_setup', 24]);
    expect(records.map(({ line }) => line)).toEqual(Array.from({ length: 24 }, (_, index) => index + 1));
    expect(new Set(records.map(({ severity }) => severity))).toEqual(new Set(['INFO']));
    expect(records.every(({ remarks }) => remarks.join() === 'zone_unknown')).toBe(true);
    expect(records[20]).toMatchObject({ time: Date.UTC(2014, 1, 9, 22, 53, 44), offset: expect.any(Number) as number });
    expect(runs).toMatchObject([{ action: 'install', verdict: 'succeeded', productName: 'SMSWSUS', line: 1 }]);
  });

  test('a zone that is given turns its local time into UTC', () => {
    const { records } = parseLog(publicSample('SUPSetup_2014_cm2012.log'), { timezone: 'America/New_York' });
    expect(records[0]).toMatchObject({ time: Date.UTC(2014, 1, 10, 3, 53, 28), remarks: [] });
  });

  test('a role set-up log without its stamps is read line by line, and succeeds in spite of "Failed to register"', () => {
    const { records, runs, format } = parseLog(publicSample('SUPSetup_2024_cb_messages_only.log'));
    expect([format, records.length]).toEqual(['role_setup', 24]);
    expect(records.every(({ time, remarks }) => time === null && remarks.join() === 'no_stamp')).toBe(true);
    expect(records.filter(({ severity }) => severity === 'ERROR').map(({ line }) => line)).toEqual([19]);
    expect(runs).toMatchObject([{ verdict: 'succeeded', startedAt: null, cause: '' }]);
  });

  test.each([
    [
      'cmtraceopen_ccm_clean_basic.log',
      'ccm',
      [
        '1 2026-03-15T08:00:00.000Z INFO CcmExec 100 zone_unknown',
        '2 2026-03-15T08:00:01.000Z INFO PolicyAgent 101 zone_unknown',
        '3 2026-03-15T08:00:02.000Z ERROR CcmExec 100 zone_unknown',
      ],
    ],
    [
      'cmtraceopen_ccm_malformed_broken_timestamp.log',
      'ccm',
      [
        '1 2026-03-15T08:00:00.000Z INFO CcmExec 100 zone_unknown',
        '2 2026-03-15T08:00:00.000Z INFO CcmExec 100 damaged time_inherited',
        '3 2026-03-15T08:00:00.000Z INFO CcmExec 100 damaged time_inherited',
        '4 2026-03-15T08:00:03.000Z INFO CcmExec 100 zone_unknown',
      ],
    ],
    [
      'cmtraceopen_ccm_malformed_truncated.log',
      'ccm',
      [
        '1 2026-03-15T08:00:00.000Z INFO CcmExec 100 zone_unknown',
        '2 2026-03-15T08:00:00.000Z WARN   damaged time_inherited',
        '3 2026-03-15T08:00:02.000Z WARN CcmExec 100 zone_unknown',
      ],
    ],
    [
      'cmtraceopen_ime_multiline_HealthScripts.log',
      'ccm',
      [
        '1 2026-03-12T11:16:37.309Z INFO HealthScripts 50 zone_unknown',
        '2 2026-03-12T11:16:42.332Z ERROR HealthScripts 50 zone_unknown',
      ],
    ],
    [
      'cmtrace_plaso_sccm_various_trimmed.log',
      'ccm',
      [
        '1 2014-11-28T14:03:19.766Z INFO AppEnforce 8744',
        '2 2014-11-28T14:03:19.766Z INFO AppEnforce 8744',
        '3 2015-01-02T10:22:50.842Z INFO SCClient 16 zone_unknown',
        '17 2015-01-02T10:22:50.873Z INFO SCClient 16 zone_unknown',
        '28 2014-12-23T01:33:10.647Z INFO ContentAccess 6744',
        '29 2014-12-23T01:33:10.647Z INFO ContentAccess 6744',
        '30 2014-12-29T15:07:41.047Z INFO AppDiscovery 4772',
        '31 2014-12-28T07:59:43.373Z INFO CcmEval 3452',
        '32 2014-11-26T03:20:47.594Z INFO setuppolicyevaluator 6228',
        '33 2014-11-24T09:52:13.827Z INFO PeerDPAgent 2444',
      ],
    ],
    [
      'cmtraceopen_msi_clean_basic.log',
      'msi',
      [
        '1 2026-03-15T08:00:00.000Z INFO MSI  zone_unknown',
        '2 2026-03-15T08:00:00.000Z INFO MSI (s) A8:14 zone_unknown',
        '3 2026-03-15T08:00:00.100Z INFO MSI (s) A8:14 zone_unknown',
        '4 2026-03-15T08:00:01.000Z INFO MSI  zone_unknown',
        '5 2026-03-15T08:00:02.000Z INFO MSI  zone_unknown',
        '6 2026-03-15T08:00:03.000Z INFO MSI (s) A8:14 zone_unknown',
        '7 2026-03-15T08:00:04.000Z INFO MSI  zone_unknown',
      ],
    ],
    [
      'cmtraceopen_simple_clean_basic.log',
      'simple',
      [
        '1 2026-03-15T08:00:00.000Z INFO CcmExec 100',
        '2 2026-03-15T08:00:01.000Z INFO PolicyAgent 101',
        '3 2026-03-15T08:00:02.000Z ERROR CcmExec 100',
      ],
    ],
    [
      'simple_BgbServer_rotation_boundary.lo_',
      'simple',
      [
        '1 2026-09-25T08:24:37.092Z INFO SMS_NOTIFICATION_SERVER 7892',
        '2 2026-09-25T08:24:37.092Z INFO SMS_NOTIFICATION_SERVER 7892',
        '3 2026-09-25T08:24:37.092Z INFO SMS_NOTIFICATION_SERVER 7892',
        '4 2026-09-25T08:25:37.108Z INFO SMS_NOTIFICATION_SERVER 7892',
        '5 2026-09-25T08:25:37.108Z INFO   no_stamp time_inherited',
      ],
    ],
    [
      'simple_BgbServer_component_start.lo_',
      'simple',
      [
        '1 2026-09-23T16:33:53.001Z INFO SMS_NOTIFICATION_SERVER 4120',
        '2 2026-09-23T16:33:53.016Z INFO SMS_NOTIFICATION_SERVER 7288',
        '3 2026-09-23T16:33:53.016Z INFO SMS_NOTIFICATION_SERVER 7288',
        '4 2026-09-23T16:33:54.720Z INFO SMS_NOTIFICATION_SERVER 7452',
        '5 2026-09-23T16:33:54.720Z INFO SMS_NOTIFICATION_SERVER 7452',
        '6 2026-09-23T16:33:54.735Z INFO SMS_NOTIFICATION_SERVER 7452',
        '7 2026-09-23T16:33:56.423Z INFO SMS_NOTIFICATION_SERVER 7452',
        '8 2026-09-23T16:33:56.438Z INFO SMS_NOTIFICATION_SERVER 7452',
        '9 2026-09-23T16:33:56.516Z INFO SMS_NOTIFICATION_SERVER 7452',
        '10 2026-09-23T16:33:56.516Z INFO SMS_NOTIFICATION_SERVER 7452',
      ],
    ],
    [
      'ccmsetup_fsp_messages.txt',
      'simple',
      ['1 - INFO   no_stamp', '2 - INFO   no_stamp', '3 - INFO   no_stamp', '4 - ERROR   no_stamp'],
    ],
  ])('%s is %s, with these records', (name, format, records) => {
    expect(outline(name)).toEqual({ format, records });
  });

  test("a record's own GMT time proves that UTC is local time plus bias", () => {
    const { records } = parseLog(publicSample('simple_BgbServer_state_and_status.lo_'));
    expect(records).toHaveLength(7);
    expect(records[1]?.message).toContain('GMTDATE=Fri Sep 18 20:39:05.718 2026');
    expect(Math.abs((records[1]?.time ?? 0) - Date.UTC(2026, 8, 18, 20, 39, 5, 718))).toBeLessThan(1_000);
    expect(records.map(({ severity }) => severity)).toEqual(['WARN', 'WARN', 'INFO', 'INFO', 'INFO', 'INFO', 'INFO']);
    expect(records[0]?.message.endsWith('interfaces.')).toBe(true);
  });

  test('a whole run of another program in CCM format has all its records, with its offset from UTC, source and nothing damaged', () => {
    const { records } = parseLog(publicSample('cmtrace_psadt_install.log'));
    const openers = publicSample('cmtrace_psadt_install.log').toString().split('<![LOG[').length - 1;
    expect(records).toHaveLength(openers);
    expect(records.filter(({ remarks }) => remarks.length > 0)).toEqual([]);
    expect(records[0]).toMatchObject({ time: Date.UTC(2026, 5, 5, 8, 22, 38, 724), offset: 3, line: 1 });
    expect(records[0]?.source).toContain('Open-ADTSession.ps1');
  });

  test("a client's trace of its failed installation tells the code in words", () => {
    const { records, runs } = parseLog(publicSample('ccmsetup_fsp_messages.txt'));
    expect(records[3]?.codes).toEqual([{ code: '0x80004005', text: 'Unspecified error' }]);
    expect(runs).toMatchObject([{ verdict: 'failed', exitCode: -2147467259, causeLine: 1 }]);
  });
});
