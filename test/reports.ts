import { readFileSync } from 'node:fs';

/** A hand-written message of test/fixtures/reports. */
export function reportFixture(name: string): Buffer {
  return readFileSync(new URL(`./fixtures/reports/${name}`, import.meta.url));
}

export const reportFixtures = [
  'installed-client.utf16le.smx',
  'installed-client.utf8.xml',
  'no-serial-with-details.xml',
  'no-client.xml',
] as const;

export interface StateGiven {
  client: string;
  state: number;
  serial?: number;
  topicType?: number;
  params?: string[];
}

/** A hand-written report of one message, as UTF-16LE with byte order mark. */
export function report({ client, state, serial = 1, topicType = 800, params = [] }: StateGiven): Buffer {
  const parameters = params.map((param) => `<Param>${param}</Param>`).join('');
  return Buffer.from(
    `\ufeff<?xml version="1.0" encoding="UTF-16"?>\r\n<Report><ReportHeader><Identification><Machine>` +
      `<ClientInstalled>0</ClientInstalled><ClientType>1</ClientType><ClientID IDType="0" IDFlag="1">00000000-0000-0000-0000-000000000000</ClientID>` +
      `<ClientVersion>5.00.0000.0000</ClientVersion><NetBIOSName>${client}</NetBIOSName></Machine></Identification></ReportHeader>` +
      `<ReportBody><StateMessage MessageTime="20260102030405.000000+000" SerialNumber="${serial}">` +
      `<Topic ID="{0D94311F-CB7B-4E73-94B1-75878081111C}" Type="${topicType}" IDType="0"/><State ID="${state}" Criticality="0"/>` +
      `<UserParameters Flags="0" Count="${params.length}">${parameters}</UserParameters></StateMessage></ReportBody></Report>`,
    'utf16le',
  );
}
