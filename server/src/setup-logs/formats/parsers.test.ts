import { describe, expect, test } from 'vitest';
import { asWindowsWrites, parseLog, syntheticLog } from '../../../../test/synthetic-logs.js';
import { longestLine } from './lines.js';
import { orderShown, readDate } from './msi-dates.js';
import { Surveyor } from '../survey.js';
import { Clock } from './time.js';
import { checkZone } from './zone.js';
import type { Remark } from '../types.js';

const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString());
const recordsOf = (text: string, options = {}) => parseLog(Buffer.from(text), options).records;
const ccm = (
  message: string,
  stamp = 'time="10:00:00.123+000" date="03-15-2026"',
  rest = 'type="1" thread="7" file="a.cpp:12"',
) => `<![LOG[${message}]LOG]!><${stamp} component="C.x_y-z 1" context="" ${rest}>`;

describe('CCM', () => {
  test.each([
    ['+480', '18:00:00.123'],
    ['-120', '08:00:00.123'],
    ['-330', '04:30:00.123'],
    ['+000', '10:00:00.123'],
  ])('bias %s is added to local time', (bias, utc) => {
    const [record] = recordsOf(ccm('x', `time="10:00:00.123${bias}" date="03-15-2026"`));
    expect(iso(record?.time ?? null)).toBe(`2026-03-15T${utc}Z`);
    expect(record?.remarks).toEqual([]);
  });

  test.each(['+-360', '+900', '-841'])('the impossible bias %s keeps the local time, and says so', (bias) => {
    const [record] = recordsOf(ccm('x', `time="10:00:00.123${bias}" date="03-15-2026"`));
    expect(iso(record?.time ?? null)).toBe('2026-03-15T10:00:00.123Z');
    expect(record?.remarks).toEqual(['impossible_bias']);
  });

  test.each([
    ['10:22:50.8422964', '1-2-2015', '2015-01-02T10:22:50.842Z'],
    ['9:02:05.5', '12-31-2015', '2015-12-31T09:02:05.500Z'],
    ['09:02:05', '12-31-2015', '2015-12-31T09:02:05.000Z'],
  ])('digits without a sign are a fraction: %s %s', (time, date, utc) => {
    const [record] = recordsOf(ccm('x', `time="${time}" date="${date}"`));
    expect(iso(record?.time ?? null)).toBe(utc);
  });

  test.each(['time="25:00:00.000+000" date="03-15-2026"', 'time="10:00:00.000+000" date="02-30-2026"'])(
    '%s is no time: the record stays, marked damaged',
    (stamp) => {
      const [record] = recordsOf(ccm('x', stamp));
      expect(record).toMatchObject({ message: 'x', component: 'C.x_y-z 1', time: null, remarks: ['damaged'] });
    },
  );

  test('a message may have brackets before its end, several lines and an empty one first', () => {
    const records = recordsOf(`${ccm('a[b]]')}\n${ccm('\nfirst\n  second\n')}\n`);
    expect(records.map(({ message, line }) => [message, line])).toEqual([
      ['a[b]]', 1],
      ['first\n  second', 2],
    ]);
  });

  test.each([
    ['type=""', 'INFO'],
    ['type="0"', 'INFO'],
    ['type="2"', 'WARN'],
    ['type="3"', 'ERROR'],
  ])('%s is %s', (type, severity) => {
    expect(recordsOf(ccm('x', undefined, `${type} thread="" file=""`))[0]).toMatchObject({
      severity,
      thread: '',
      source: '',
    });
  });

  test('attributes that are missing or malformed leave the others', () => {
    const [record] = recordsOf(
      '<![LOG[x]LOG]!><time="10:00:00.123+000" date="03-15-2026" component="A" type="3" file=x.log"">',
    );
    expect(record).toMatchObject({ component: 'A', severity: 'ERROR', thread: '', source: 'x.log', remarks: [] });
  });

  test('several records on a line, garbage between them and a truncated one are records each, none dropped', () => {
    const records = recordsOf(
      `garbage ${ccm('one')}${ccm('two')} tail\n<![LOG[cut off\nmore of it\n${ccm('three')}\n<![LOG[never ended`,
    );
    expect(records.map(({ message, line, remarks }) => [message, line, remarks.includes('damaged')])).toEqual([
      ['garbage', 1, true],
      ['one', 1, false],
      ['two', 1, false],
      ['tail', 1, true],
      ['cut off\nmore of it', 2, true],
      ['three', 4, false],
      ['never ended', 5, true],
    ]);
  });

  test('what is left of records that were torn alike is told each time', () => {
    const rest = (number: number) => `${number} ended${ccm('').slice('<![LOG['.length)}`;
    const { records } = parseLog(Buffer.from([1, 2, 3].map((n) => rest(n) + ccm('whole')).join('\n')));
    expect(records.map(({ message }) => message).filter((message) => message.includes('ended'))).toHaveLength(3);
  });

  test('a record that tells of two others is one; one that is torn before two others is damaged', () => {
    const attributes =
      ']LOG]!><time="10:00:00.000+000" date="03-15-2026" component="w" context="" type="3" thread="1" file="">';
    const [a, b] = ['<![LOG[a', '<![LOG[b'].map((text) => text + attributes);
    const messagesOf = (text: string) => parseLog(Buffer.from(text)).records.map(({ message }) => message);
    expect(messagesOf(`<![LOG[read ${a} and ${b} there${attributes}\n${a}\n`)).toEqual([
      `read ${a} and ${b} there`,
      'a',
    ]);
    expect(messagesOf(`<![LOG[torn ${a}${b}\n`)).toEqual(['torn', 'a', 'b']);
  });

  test('a record that tells of another one is one, with its own time and severity and all of its message', () => {
    const told = ccm('inner', undefined, 'type="1" thread="7" file=""');
    const outer = ccm(`Last line: ${told} – that was all`, undefined, 'type="3" thread="9" file=""');
    const records = recordsOf(`${ccm('before')}\n${outer}\n<![LOG[torn ${told}\n${ccm('behind')}\n`);
    expect(records.map(({ message, severity, remarks }) => [message, severity, remarks])).toEqual([
      ['before', 'INFO', []],
      [`Last line: ${told} – that was all`, 'ERROR', []],
      ['torn', 'WARN', ['damaged', 'time_inherited']],
      ['inner', 'INFO', []],
      ['behind', 'INFO', []],
    ]);
  });
});

test.each([
  ['on one line', 'x'.repeat(2_500_000), '\n'],
  ['of many lines', 'many\n'.repeat(6_000), '\n'],
  ['with the next one on the line of its end', 'many\n'.repeat(6_000), ''],
])(
  'an error in CCM format that is too long, %s, comes in damaged pieces of which the last is the error',
  (_, text, between) => {
    const end = `the end]LOG]!><time="10:00:00.000+000" date="03-15-2026" component="A" context="" type="3" thread="7" file="x">`;
    const records = recordsOf(`${ccm('before')}\n<![LOG[${text}${end}${between}${ccm('behind')}`);
    const severities = records.map(({ severity }) => severity);
    expect(severities.filter((one) => one === 'ERROR')).toHaveLength(1);
    expect(records.at(-2)).toMatchObject({ severity: 'ERROR', component: 'A', thread: '7', time: 1773568800000 });
    expect(records.at(-2)?.message.endsWith('the end')).toBe(true);
    expect(records.at(-2)?.remarks).toContain('damaged');
    expect(records.at(-1)).toMatchObject({ message: 'behind', remarks: [] });
  },
);

describe('minutes behind a time in CCM format', () => {
  const written = (stamp: string, more: string, timezone: string | null = null) => {
    const line = `<![LOG[x]LOG]!><time="${stamp}" date="01-15-2026" component="C" ${more}>`;
    const [record] = recordsOf(line, { timezone });
    return [iso(record?.time ?? null)?.slice(11, 19), ...(record?.remarks ?? [])];
  };
  const native = 'context="" type="1" thread="7" file="ccmsetup.cpp:12"';
  const script = 'context="CONTOSO\\PC1$" type="1" thread="7" file="Install.ps1"';
  const nobody = 'context="" type="1" thread="7" file=""';

  test.each<[string, string, string | null, (string | null)[]]>([
    ['10:00:00.123+300', native, null, ['15:00:00']],
    ['10:00:00.123-300', script, null, ['15:00:00', 'offset_sign_assumed']],
    ['10:00:00.123-300', script, 'America/New_York', ['15:00:00']],
    ['10:00:00.123+300', script, 'America/New_York', ['15:00:00']],
    ['10:00:00.123+300', nobody, null, ['15:00:00', 'offset_sign_assumed']],
    ['10:00:00.123-300', nobody, 'America/New_York', ['15:00:00']],
    ['10:00:00.123+000', nobody, null, ['10:00:00']],
    ['10:00:00.123+120', native, 'America/New_York', ['12:00:00']],
    ['10:00:00.123+-300', script, null, ['10:00:00', 'impossible_bias']],
    ['10:00:00.123+-300', script, 'America/New_York', ['15:00:00']],
    ['10:00:00.123 -300', script, 'America/New_York', ['15:00:00']],
    ['10.00.00.123-300', script, 'America/New_York', ['15:00:00']],
    ['10:00:00,123-300', script, 'America/New_York', ['15:00:00']],
    ['10:00:00.1234567-05:00', script, null, ['15:00:00']],
    ['10:00:00.123Z', script, null, ['10:00:00']],
    ['3:00:00 PM', script, 'UTC', ['15:00:00']],
  ])('%s %s in the zone %s', (stamp, more, zone, expected) => {
    expect(written(stamp, more, zone)).toEqual(expected);
  });

  test('a year in which no log was written makes no time', () => {
    const [record] = recordsOf(
      '<![LOG[x]LOG]!><time="10:00:00.000+000" date="01-15-2299" component="C" context="" type="1" thread="7" file="">',
    );
    expect(record).toMatchObject({ time: null, remarks: ['time_impossible'] });
  });
});

describe('simple', () => {
  test.each([
    ['x  $$<A><03-15-2026 08:00:00.123+240><thread=4120 (0x1018)>', '2026-03-15T12:00:00.123Z', '4120'],
    [
      'x~ $$<A><Fri Sep 03 12:23:46.229 1999 Central Daylight Time><thread=255 (0xFF)>',
      '1999-09-03T17:23:46.229Z',
      '255',
    ],
    ['x $$<A><Wed May 21 17:09:02 1997~><thread=DB>', '1997-05-21T17:09:02.000Z', '219'],
  ])('%s', (line, time, thread) => {
    const [record] = recordsOf(line);
    expect([record?.message, record?.component, iso(record?.time ?? null), record?.thread]).toEqual([
      'x',
      'A',
      time,
      thread,
    ]);
  });

  test('a tilde is a line end, but not in a short file name', () => {
    const [record] = recordsOf('one~two~~three C:\\PROGRA~1\\x~  $$<A><03-15-2026 08:00:00.123+000><thread=1 (0x1)>');
    expect(record?.message).toBe('one\ntwo\nthree C:\\PROGRA~1\\x');
  });

  test.each([
    ['It failed', 'ERROR'],
    ['Errors found', 'ERROR'],
    ['failover partner', 'INFO'],
    ['a warning', 'WARN'],
    ['STATMSG: ID=1 SEV=I LEV=M ISTR0="error"', 'INFO'],
  ])('%s is %s', (message, severity) => {
    expect(recordsOf(`${message} $$<A><03-15-2026 08:00:00.123+000><thread=1 (0x1)>`)[0]?.severity).toBe(severity);
  });

  test('a stamp that cannot be read marks the record damaged; a line without one is told as such', () => {
    const records = recordsOf('a $$<A><03-15-2026 08:00:00.123+000><thread=1 (0x1)>\nb $$<A><03-15-20\nc\n');
    expect(records.map(({ remarks }) => remarks.filter((remark) => remark !== 'time_inherited'))).toEqual([
      [],
      ['damaged'],
      ['no_stamp'],
    ]);
    expect(records[2]?.time).toBe(records[0]?.time);
  });
});

describe('role set-up', () => {
  test('both kinds of stamp are read, and a line without one goes on with the record before', () => {
    const records = recordsOf(
      '<02/09/14 22:53:28> one\n   goes on\n<02-09-2014 22:53:29> ~two\n<02/31/14 22:53:29> three\n',
    );
    expect(records.map(({ message, time }) => [message, iso(time)])).toEqual([
      ['one\n   goes on', '2014-02-09T22:53:28.000Z'],
      ['two', '2014-02-09T22:53:29.000Z'],
      ['three', '2014-02-09T22:53:29.000Z'],
    ]);
    expect(records[2]?.remarks).toEqual(['damaged', 'time_inherited']);
  });
});

describe('Windows Installer', () => {
  test('past midnight the date is counted on, and a late line of another thread stays on its day', () => {
    const { records } = parseLog(syntheticLog('msi-ambiguous-date.log'), {
      survey: { dateOrder: 'day-first', hiddenProperties: [] },
    });
    expect(records.map(({ time }) => iso(time)?.slice(0, 19))).toEqual([
      '2017-08-03T23:59:50',
      '2017-08-03T23:59:58',
      '2017-08-04T00:00:01',
      '2017-08-03T23:59:59',
      '2017-08-04T00:00:02',
    ]);
    expect(records.some(({ remarks }) => remarks.includes('date_order_assumed'))).toBe(false);
  });

  test('a date that nothing explains is read month first, and told as assumed', () => {
    const { records } = parseLog(syntheticLog('msi-ambiguous-date.log'));
    expect(iso(records[0]?.time ?? null)).toBe('2017-03-08T23:59:50.000Z');
    expect(records.every(({ remarks }) => remarks.includes('date_order_assumed'))).toBe(true);
  });

  test.each([
    ['8/17/2017', 'month-first'],
    ['23/08/2015', 'day-first'],
    ['17.08.2017', 'day-first'],
    ['03.08.2017', 'day-first'],
    ['3/8/2017', null],
    ['2017-08-03', null],
  ])('%s shows the order %s', (date, order) => {
    expect(orderShown(date)).toBe(order);
  });

  test('a date with the year first needs no evidence', () => {
    expect(readDate('2017-08-03', null)).toMatchObject({ year: 2017, month: 8, day: 3, sure: true });
  });

  test.each([
    [
      'another heading',
      ['=== Logging started: 3/8/2017  1:00:00 ===', '=== Logging started: 3/17/2017  1:00:00 ==='],
      0,
      'month-first',
    ],
    [
      'the Date property',
      ['=== Logging started: 3/8/2017  1:00:00 ===', 'Property(S): Date = 13/08/2017'],
      0,
      'day-first',
    ],
    ['when the file was written', ['=== Logging started: 3/8/2017  1:00:00 ==='], Date.UTC(2017, 7, 3, 2), 'day-first'],
    [
      "the user's language",
      ['=== Logging started: 3/8/2017  1:00:00 ===', 'Property(S): UserLanguageID = 1036'],
      0,
      'day-first',
    ],
    ['nothing', ['=== Logging started: 3/8/2017  1:00:00 ==='], 0, null],
  ])('an ambiguous date is explained by %s', (_by, lines, modifiedAt, order) => {
    const surveyor = new Surveyor(modifiedAt);
    for (const line of lines) surveyor.line(line);
    expect(surveyor.survey().dateOrder).toBe(order);
  });

  test('continuation lines, blank ones too, belong to the record before, and property dumps are records', () => {
    const { records } = parseLog(syntheticLog('msi-1603-custom-action.log'));
    const message = records.find(({ line }) => line === 10);
    expect(message?.message.split('\n')).toHaveLength(4);
    expect(message?.codes.map(({ code }) => code)).toEqual(['0x80070005', '1603']);
    expect(records.find(({ line }) => line === 17)).toMatchObject({ severity: 'DEBUG' });
  });

  test('twelve-hour headings are understood', () => {
    const [record] = recordsOf(
      '=== Verbose logging started: 8/17/2017  1:09:36 PM  Build type: SHIP UNICODE 5.00.10011.00 ===',
    );
    expect(iso(record?.time ?? null)).toBe('2017-08-17T13:09:36.000Z');
  });

  test('no secret of a property dump or a command line is in any record', () => {
    const text = JSON.stringify(parseLog(asWindowsWrites(syntheticLog('msi-secrets.log'))).records);
    for (const secret of [
      'Sommer2017',
      'in quotes 1',
      'tok-556677',
      'old-secret',
      'new-secret',
      'hidden-value',
      'a secret, with',
    ])
      expect(text).not.toContain(secret);
  });
});

describe('time zones', () => {
  const at = (zone: string, local: number) => {
    const remarks: Remark[] = [];
    return [iso(new Clock(zone).inZone(local, remarks)), remarks];
  };

  test('summer and winter time are told apart', () => {
    expect(at('Europe/Paris', Date.UTC(2026, 0, 15, 12))).toEqual(['2026-01-15T11:00:00.000Z', []]);
    expect(at('Europe/Paris', Date.UTC(2026, 6, 15, 12))).toEqual(['2026-07-15T10:00:00.000Z', []]);
  });

  test('a time that did not exist is taken by the offset before it, and told', () => {
    expect(at('Europe/Paris', Date.UTC(2026, 2, 29, 2, 30))).toEqual(['2026-03-29T01:30:00.000Z', ['dst_gap']]);
  });

  test('a log goes through the hour that comes twice without going back', () => {
    const clock = new Clock('Europe/Paris');
    const locals = [
      [1, 59],
      [2, 30],
      [2, 59],
      [2, 5],
      [2, 40],
      [3, 1],
    ].map(([hour = 0, minute = 0]) => Date.UTC(2026, 9, 25, hour, minute));
    const times = locals.map((local) => clock.inZone(local, []));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(iso(times[4] ?? null)).toBe('2026-10-25T01:40:00.000Z');
  });

  test('a zone that does not exist is refused with what to give', () => {
    expect(() => checkZone('Mars/Olympus')).toThrow(/Europe\/Paris/);
  });
});

describe('bytes', () => {
  test('Windows-1252, UTF-8 with and without mark and UTF-16 of both orders give the same text', () => {
    const line = 'é $$<A><03-15-2026 08:00:00.123+000><thread=1 (0x1)>\r\n';
    const utf16 = Buffer.from(line, 'utf16le');
    const variants = [
      Buffer.from(line, 'latin1'),
      Buffer.from(line),
      Buffer.from(`\ufeff${line}`),
      utf16,
      Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]),
      Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()]),
    ];
    for (const bytes of variants) expect(parseLog(bytes).records.map(({ message }) => message)).toEqual(['é']);
  });

  test('a line of three megabytes comes in parts, each told as such, without a byte lost', () => {
    const long = 'ü'.repeat((3 * longestLine) / 2 + 10);
    const { records } = parseLog(Buffer.from(`${long}\nnext\n`), { format: 'simple' });
    expect(records.map(({ line, remarks }) => [line, remarks.includes('line_split')])).toEqual([
      [1, true],
      [1, true],
      [1, true],
      [1, true],
      [2, false],
    ]);
    expect(
      records
        .slice(0, 4)
        .map(({ message }) => message)
        .join(''),
    ).toBe(long);
  });

  test('offsets are those of the bytes in the file', () => {
    const log = asWindowsWrites(syntheticLog('role-setup-1603.log'));
    for (const { offset, original } of parseLog(log).records) {
      expect(log.subarray(offset, offset + 2 * original.length).toString('utf16le')).toBe(original);
    }
  });
});
