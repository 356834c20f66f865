import { expect, test } from 'vitest';
import { decodeReport } from '../../server/src/report/decode.js';
import { describeOnPublicSamples, publicSample } from './samples.js';

describeOnPublicSamples('a real message', () => {
  const wire = () => publicSample('statemsg_500_client_2014.utf16le-bom.smx');

  test('of a 2012 client on the wire is read in every field', () => {
    expect(decodeReport(wire())).toEqual({
      machine: {
        clientInstalled: true,
        clientId: 'A1006D0E-CF56-41D1-A006-6330EFC39381',
        clientVersion: '5.00.7958.1000',
        netbiosName: 'PS1WIN7X64',
      },
      reportTime: Date.parse('2014-01-20T19:46:56.903Z'),
      messages: [
        {
          messageTime: Date.parse('2014-01-20T17:18:55.573Z'),
          serialNumber: 232,
          topic: { type: 500, id: '505fda07-b4f3-45fb-83d9-8642554e2773', idType: 3, user: '', userSid: '' },
          state: { id: 2, criticality: 0 },
          details: '',
          params: ['200'],
        },
      ],
    });
  });

  test('as UTF-8 that declares UTF-16 says the same', () => {
    expect(decodeReport(publicSample('statemsg_500_client_2014.utf8.xml'))).toEqual(decodeReport(wire()));
  });

  test('without SerialNumber keeps its details and parameters', () => {
    const [only] = decodeReport(publicSample('statemsg_9003_client_2018_no_serial_statedetails.utf8.xml')).messages;
    expect(only).toMatchObject({ serialNumber: null, params: ['{F8C7C37F-B42B-4C0A-B050-2BB44DF1098A}', '0'] });
    expect(only?.details).toMatch(/^"PAA\/AHgA.*=="~~$/);
  });

  test('of a machine without a client has the other form of ClientID, and an empty parameter', () => {
    const { machine, messages } = decodeReport(publicSample('statemsg_902_no_client_2019.xml'));
    expect(machine).toEqual({
      clientInstalled: false,
      clientId: '00001111-AAAA-2222-BBBB-3333CCCC4444',
      clientVersion: '5.00.0000.0000',
      netbiosName: 'P01PDP1.CONTOSO.COM',
    });
    expect(messages[0]?.params).toHaveLength(4);
    expect(messages[0]?.params[3]).toBe('');
  });
});
