import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FspError } from '../errors.js';
import { parseReportTime } from './report-time.js';
import { decodeReport } from './decode.js';
import { messageId } from './message-id.js';

const fixture = (name: string) => readFileSync(new URL(`../../../test/fixtures/reports/${name}`, import.meta.url));
const wire = fixture('installed-client.utf16le.smx');
const code = (body: Uint8Array | string) => {
  try {
    decodeReport(typeof body === 'string' ? Buffer.from(body) : body);
    return 'accepted';
  } catch (error) {
    if (error instanceof FspError) return error.code;
    throw error;
  }
};
const wrap = (body: string) => `<Report><ReportBody>${body}</ReportBody></Report>`;
const attributes = (count: number, value = '') =>
  Array.from({ length: count }, (_unused, index) => `a${index}="${value}"`).join(' ');
const message = '<StateMessage><Topic Type="800"/><State ID="100"/></StateMessage>';

describe('a report', () => {
  test('of an installed client on the wire is read in every field', () => {
    expect(decodeReport(wire)).toEqual({
      machine: {
        clientInstalled: true,
        clientId: '7C1F0A52-93D4-4E0B-8A66-0D2B5E9F1C34',
        clientVersion: '5.00.9096.1000',
        netbiosName: 'PC0117',
      },
      reportTime: Date.parse('2026-03-02T09:15:01.250Z'),
      messages: [
        {
          messageTime: Date.parse('2026-03-02T09:14:58.125Z'),
          serialNumber: 41,
          topic: { type: 500, id: '3f0e7b1c-55aa-4c1e-9d0a-6b8c2f4e7d10', idType: 3, user: '', userSid: '' },
          state: { id: 2, criticality: 0 },
          details: '',
          params: ['200'],
        },
      ],
    });
  });

  test('as UTF-8 that declares UTF-16 says the same', () => {
    expect(decodeReport(fixture('installed-client.utf8.xml'))).toEqual(decodeReport(wire));
  });

  test.each([
    ['two zeroes at the end', Buffer.concat([wire, Buffer.alloc(2)])],
    ['one zero at the end', Buffer.concat([wire, Buffer.alloc(1)])],
    ['many zeroes at the end', Buffer.concat([wire, Buffer.alloc(513)])],
    ['zeroes for its mark', Buffer.concat([Buffer.alloc(2), wire.subarray(2)])],
    ['a zero at the end of UTF-8', Buffer.concat([fixture('installed-client.utf8.xml'), Buffer.alloc(1)])],
    ['zeroes at the end of UTF-16BE', Buffer.concat([Buffer.from(wire).swap16(), Buffer.alloc(2)])],
    ['zeroes at the end without a mark', Buffer.concat([wire.subarray(2), Buffer.alloc(2)])],
  ])('with %s says the same', (_name, body) => {
    expect(decodeReport(body)).toEqual(decodeReport(wire));
  });

  test('of nothing but zeroes is empty', () => {
    expect(code(Buffer.alloc(64))).toBe('FSP_REPORT_EMPTY');
  });

  test.each([
    ['03-nul-terminated.smx', 'PCNULT', 313, '1603', '00000000-0000-0000-0000-000000000000'],
    ['24-space-guid.smx', 'PCSPGUID', 313, '1603', 'A1006D0E-CF56-41D1-A006-6330EFC39381'],
  ])('%s of the cases is taken', (name, netbiosName, state, param, clientId) => {
    const { machine, messages } = decodeReport(
      readFileSync(new URL(`../../../test/fixtures/cases/${name}`, import.meta.url)),
    );
    expect(machine).toMatchObject({ netbiosName, clientId });
    expect(messages).toMatchObject([{ state: { id: state }, params: [param] }]);
  });

  test.each(['GUID:A1-B2', 'guid: a1-b2', ' GUID:\tA1-B2 ', '{A1-B2}', '{ a1-b2 }', 'GUID:{A1-B2}', 'GUID: { A1-B2 }'])(
    'gives %j as A1-B2',
    (id) => {
      const header = `<ReportHeader><Identification><Machine><ClientID>${id}</ClientID></Machine></Identification></ReportHeader>`;
      const report = `<Report>${header}<ReportBody>${message}</ReportBody></Report>`;
      expect(decodeReport(Buffer.from(report)).machine.clientId).toBe('A1-B2');
    },
  );

  test('without SerialNumber keeps its details and parameters', () => {
    const [only] = decodeReport(fixture('no-serial-with-details.xml')).messages;
    expect(only).toMatchObject({ serialNumber: null, params: ['{B3C6F3A8-1E3D-4D0C-9E57-4A7D1F0C2B68}', '0'] });
    expect(only?.details).toMatch(/^"PABE.*=="~~$/);
  });

  test('of a machine without a client has the other form of ClientID, and an empty parameter', () => {
    const { machine, messages } = decodeReport(fixture('no-client.xml'));
    expect(machine).toEqual({
      clientInstalled: false,
      clientId: '00000000-1111-2222-3333-444444444444',
      clientVersion: '5.00.0000.0000',
      netbiosName: 'DP01.CORP.EXAMPLE',
    });
    expect(messages[0]?.params).toHaveLength(4);
    expect(messages[0]?.params[3]).toBe('');
  });
});

test('several messages of one report are all read, in order', () => {
  expect(
    decodeReport(Buffer.from(wrap(message + message.replace('100', '400')))).messages.map(({ state }) => state.id),
  ).toEqual([100, 400]);
});

test.each([
  ['nothing', '', 'FSP_REPORT_EMPTY'],
  ['white space', ' \r\n', 'FSP_REPORT_EMPTY'],
  ['text', 'hello', 'FSP_REPORT_NOT_XML'],
  ['JSON', '{"a":1}', 'FSP_REPORT_NOT_XML'],
  ['HTML', '<html></html>', 'FSP_REPORT_WRONG_ROOT'],
  ['the root in other case', '<report/>', 'FSP_REPORT_WRONG_ROOT'],
  ['an empty report', '<Report/>', 'FSP_REPORT_INCOMPLETE'],
  ['a message without state', wrap('<StateMessage><Topic Type="800"/></StateMessage>'), 'FSP_REPORT_INCOMPLETE'],
  [
    'a topic type in words',
    wrap('<StateMessage><Topic Type="x"/><State ID="1"/></StateMessage>'),
    'FSP_REPORT_INCOMPLETE',
  ],
  [
    'a state beyond 32 bits',
    wrap('<StateMessage><Topic Type="1"/><State ID="9999999999"/></StateMessage>'),
    'FSP_REPORT_INCOMPLETE',
  ],
  ['a truncated report', wrap(message).slice(0, -5), 'FSP_REPORT_NOT_XML'],
  ['two roots', wrap(message) + wrap(message), 'FSP_REPORT_NOT_XML'],
  [
    'an entity bomb',
    `<!DOCTYPE Report [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${wrap(message)}`,
    'FSP_REPORT_NOT_XML',
  ],
  ['an external entity', `<!DOCTYPE Report SYSTEM "file:///etc/passwd">${wrap(message)}`, 'FSP_REPORT_NOT_XML'],
  ['an undeclared entity', wrap('&xxe;'), 'FSP_REPORT_NOT_XML'],
  ['a NUL', wrap('\0'), 'FSP_REPORT_NOT_XML'],
  ['100,000 levels', '<Report>' + '<a>'.repeat(100_000), 'FSP_REPORT_TOO_DEEP'],
  ['100,000 attributes', `<Report ${attributes(100_000)}/>`, 'FSP_REPORT_TOO_MANY_ATTRIBUTES'],
  ['1,001 messages', wrap(message.repeat(1001)), 'FSP_REPORT_TOO_MANY_MESSAGES'],
  ['a form', '--b\r\nContent-Type: text/xml\r\n\r\n<Report/>\r\n--b--', 'FSP_REPORT_NOT_XML'],
  ['a form in UTF-16', Buffer.from('--b\r\n\r\n\xff\xfe<\0\r\n--b--', 'latin1'), 'FSP_REPORT_NOT_XML'],
  ['gzip', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]), 'FSP_REPORT_ENCODING'],
])('%s is refused', (_name, body, expected) => {
  expect(code(body as string)).toBe(expected);
});

describe('a message that cannot be read', () => {
  const odd = (topic: string, state = '<State ID="1"/>') => `<StateMessage>${topic}${state}</StateMessage>`;
  const noNumber = odd('<Topic Type="abc"/>');

  test.each([
    ['a type in words', noNumber, 'a Topic/@Type that is no number'],
    ['an empty type', odd('<Topic Type=""/>'), 'a Topic/@Type that is no number'],
    ['a negative id', odd('<Topic Type="1"/>', '<State ID="-1"/>'), 'a State/@ID that is no number'],
    ['an id beyond 32 bits', odd('<Topic Type="1"/>', '<State ID="4294967296"/>'), 'a State/@ID that is no number'],
    ['no topic', odd(''), 'a StateMessage without Topic'],
    ['no state', odd('<Topic Type="1"/>', ''), 'a StateMessage without State'],
  ])('for %s is left out and told, and costs none of the others', (_name, one, what) => {
    const { messages, leftOut } = decodeReport(Buffer.from(wrap(message + one + message.replace('100', '400') + one)));
    expect(messages.map(({ state }) => state.id)).toEqual([100, 400]);
    expect(leftOut).toEqual({ count: 2, first: { place: 2, what } });
  });

  test('counts among those that a report may have', () => {
    expect(code(wrap(message + noNumber.repeat(999)))).toBe('accepted');
    expect(code(wrap(message + noNumber.repeat(1_000)))).toBe('FSP_REPORT_TOO_MANY_MESSAGES');
  });

  test.each([
    ['" 800"', 800],
    ['"800\r\n"', 800],
    ['"+800"', 800],
    ['"2147483648"', 2_147_483_648],
    ['"4294967295"', 4_294_967_295],
  ])('is none whose numbers are %s', (text, value) => {
    const [one] = decodeReport(Buffer.from(wrap(odd(`<Topic Type=${text}/>`, `<State ID=${text}/>`)))).messages;
    expect([one?.topic.type, one?.state.id]).toEqual([value, value]);
  });
});

test.each([
  ['""', null],
  ['" "', null],
  ['"1e3"', null],
  ['"0x10"', null],
  ['"-1"', null],
  ['"1.0"', null],
  ['"4294967296"', null],
  ['" 12 "', 12],
  ['"0"', 0],
  ['"4294967295"', 4_294_967_295],
])('a SerialNumber of %s is %j', (text, value) => {
  const [one] = decodeReport(Buffer.from(wrap(message.replace('<StateMessage', `$& SerialNumber=${text}`)))).messages;
  expect(one?.serialNumber).toBe(value);
});

test.each(['\r\n', ' \t\n', '\ufeff\ufeff', '\ufeff\r\n'])(
  'a report behind %j is read, declaration and all',
  (before) => {
    for (const encoding of ['utf8', 'utf16le'] as const)
      expect(code(Buffer.from(`${before}<?xml version="1.0"?>${wrap(message)}`, encoding))).toBe('accepted');
  },
);

test('long details with many equal signs are data, not attributes', () => {
  const details = `<StateDetails><![CDATA[${'x="1" '.repeat(5000)}]]></StateDetails>`;
  expect(code(wrap(message.replace('</StateMessage>', `${details}</StateMessage>`)))).toBe('accepted');
});

test('what stands where no report has it is none of its data', () => {
  const machine = '<Machine><ClientID>A1</ClientID><NetBIOSName>PC1</NetBIOSName></Machine>';
  const header = `<ReportHeader><Machine><NetBIOSName>NOWHERE</NetBIOSName></Machine><Identification>${machine}<Other><NetBIOSName>OTHER</NetBIOSName></Other></Identification><ReportDetails><Date>20260302091501.250000+000</Date></ReportDetails><Date>20200101000000.000000+000</Date></ReportHeader>`;
  const inside = message.replace(
    '</StateMessage>',
    '<UserParameters><Param>own</Param></UserParameters><Param>stray</Param><NetBIOSName>MESSAGE</NetBIOSName></StateMessage>',
  );
  const elsewhere = message.replace('100', '999');
  const report = `<Report>${elsewhere}${header}<Body><ReportBody>${elsewhere}</ReportBody></Body><ReportBody>${inside}<More>${elsewhere}</More></ReportBody></Report>`;
  const { machine: read, reportTime, messages } = decodeReport(Buffer.from(report));
  expect([read.clientId, read.netbiosName, reportTime]).toEqual(['A1', 'PC1', Date.parse('2026-03-02T09:15:01.250Z')]);
  expect(messages.map(({ state, params }) => [state.id, params])).toEqual([[100, ['own']]]);
});

test.each([
  ['32 levels', (more: number) => wrap(message + '<a>'.repeat(30 + more) + '</a>'.repeat(30 + more))],
  ['64 attributes', (more: number) => wrap(`<a ${attributes(64 + more)}/>${message}`)],
  ['64 attributes of long values', (more: number) => wrap(`<a ${attributes(64 + more, 'x'.repeat(100))}/>${message}`)],
  ['1,000 messages', (more: number) => wrap(message.repeat(1_000 + more))],
])('%s are read, and one more is refused', (_name, report) => {
  expect(code(report(0))).toBe('accepted');
  expect(code(report(1))).toMatch(/^FSP_REPORT_TOO_/);
});

test.each([
  ['5', 5],
  ['-5', -5],
  ['2147483647', 2_147_483_647],
  ['-2147483647', -2_147_483_647],
  ['2147483648', null],
  ['99999999999', null],
  ['x5', null],
  ['5x', null],
  ['-', null],
  ['', null],
])('an IDType and a Criticality of "%s" are %j', (text, value) => {
  const told = `<StateMessage><Topic Type="800" IDType="${text}"/><State ID="100" Criticality="${text}"/></StateMessage>`;
  const [one] = decodeReport(Buffer.from(wrap(told))).messages;
  expect([one?.topic.idType, one?.state.criticality]).toEqual([value, value]);
});

test.each([
  ['1', true],
  [' 1 ', true],
  ['0', false],
  ['', null],
  ['yes', null],
])('ClientInstalled of "%s" is %j, and white space around names and versions is none of them', (flag, installed) => {
  const fields = `<ClientInstalled>${flag}</ClientInstalled><ClientVersion> 5.00 </ClientVersion><NetBIOSName>\tPC1 </NetBIOSName>`;
  const header = `<ReportHeader><Identification><Machine>${fields}</Machine></Identification></ReportHeader>`;
  expect(decodeReport(Buffer.from(`<Report>${header}<ReportBody>${message}</ReportBody></Report>`)).machine).toEqual({
    clientInstalled: installed,
    clientId: '',
    clientVersion: '5.00',
    netbiosName: 'PC1',
  });
});

test('names like __proto__ are ordinary, unknown elements', () => {
  expect(code(wrap(`<__proto__ a="1"/><constructor/>${message}`))).toBe('accepted');
});

test('no bytes throw anything but the errors of the catalogue', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      code(bytes);
    }),
    { numRuns: 2000 },
  );
});

test('a report cut or damaged at any byte is refused or read, and never throws anything else', () => {
  for (let at = 0; at < wire.length; at++) {
    expect(code(wire.subarray(0, at))).toMatch(/^FSP_REPORT_/);
    const damaged = Buffer.from(wire);
    damaged[at] = (damaged[at] ?? 0) ^ 0xff;
    code(damaged);
  }
});

test('a message has the same identity in another encoding and another report, and another one with any other field', () => {
  const id = (xml: string) => {
    const { machine, messages } = decodeReport(Buffer.from(xml));
    return messages.map((one) => messageId(machine, one));
  };
  const other = message.replace('100', '400');
  expect(id(wrap(message + other))).toEqual([...id(wrap(message)), ...id(wrap(other))]);
  expect(
    new Set([...id(wrap(message)), ...id(wrap(other)), ...id(wrap(message.replace('<Topic', '<Topic User="a"')))]).size,
  ).toBe(3);
  expect(id(wrap(message))[0]).toMatch(/^[0-9a-f]{32}$/);
});

test('two messages without a time and a number of their own are two where their reports were sent at two times', () => {
  const id = (sent: string, marks = '') => {
    const details = `<ReportHeader><ReportDetails><Date>${sent}</Date></ReportDetails></ReportHeader>`;
    const body = message.replace('<StateMessage', `<StateMessage${marks}`);
    const { machine, messages, reportTime } = decodeReport(
      Buffer.from(wrap(body).replace('<ReportBody>', `${details}<ReportBody>`)),
    );
    return messageId(machine, messages[0]!, reportTime);
  };
  const [first, second] = ['20261101060000.000000+000', '20261115060000.000000+000'] as const;
  expect(id(first)).toBe(id(first));
  expect(id(first)).not.toBe(id(second));
  // A client that says it again sends another report.
  for (const marked of [' SerialNumber="7"', ' MessageTime="20261101055959.000000+000"'])
    expect(id(first, marked)).toBe(id(second, marked));
});

test.each([
  ['20180703184447.673000+000', '2018-07-03T18:44:47.673Z'],
  ['20180703184447.673000+120', '2018-07-03T16:44:47.673Z'],
  ['20180703184447.673000-480', '2018-07-04T02:44:47.673Z'],
  ['20180703184447', '2018-07-03T18:44:47.000Z'],
  ['20240229000000.000000+000', '2024-02-29T00:00:00.000Z'],
  ['20180703184447.673000+***', '2018-07-03T18:44:47.673Z'],
  ['20180703184447.******+120', '2018-07-03T16:44:47.000Z'],
  ['201807031844**.******+***', '2018-07-03T18:44:00.000Z'],
  ['2018-07-03T18:44:47Z', '2018-07-03T18:44:47.000Z'],
  ['2018-07-03T18:44:47.6731234+02:00', '2018-07-03T16:44:47.673Z'],
  ['2018-07-03 18:44:47', '2018-07-03T18:44:47.000Z'],
  ['2018-07-03T18:44:47+05:30', '2018-07-03T13:14:47.000Z'],
  [' 20180703235959.999999+000\r\n', '2018-07-03T23:59:59.999Z'],
])('the time %s is %s', (text, iso) => {
  expect(parseReportTime(text)).toBe(Date.parse(iso));
});

test.each([
  '',
  'x',
  '20180732000000.000000+000',
  '20230229000000.000000+000',
  '20180703244447.000000+000',
  '20180703186047.000000+000',
  '20180703184460.000000+000',
  '20181303184447.000000+000',
  '09990703184447.000000+000',
  '2018-02-30T18:44:47Z',
  '2018-07-03',
  '20180703**4447.000000+000',
  '20180703184447.6730000+000',
])('"%s" is no time of a report', (text) => {
  expect(parseReportTime(text)).toBeNull();
});
