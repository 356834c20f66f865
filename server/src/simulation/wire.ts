export interface SimulatedState {
  /** Milliseconds since 1970 UTC. */
  at: number;
  name: string;
  /** '' while the machine has no client. */
  clientId: string;
  version: string;
  topicType: number;
  topicId: string;
  stateId: number;
  serial: number;
  params: readonly string[];
}

/** A report as a client puts it on the wire: UTF-16LE with mark, declaration, CRLF. */
export function wireReport(state: SimulatedState): Buffer {
  const time = `${new Date(state.at).toISOString().replaceAll(/[-:TZ]/g, '')}000+000`;
  const installed = state.clientId !== '';
  const id = installed
    ? `<ClientID>GUID:${state.clientId}</ClientID>`
    : '<ClientID IDType="0" IDFlag="1">00000000-0000-0000-0000-000000000000</ClientID>';
  const params = state.params.map((param) => `<Param>${escape(param)}</Param>`).join('');
  return Buffer.from(
    `\ufeff<?xml version="1.0" encoding="UTF-16"?>\r\n<Report><ReportHeader><Identification><Machine>` +
      `<ClientInstalled>${installed ? 1 : 0}</ClientInstalled><ClientType>1</ClientType>${id}` +
      `<ClientVersion>${installed ? state.version : '5.00.0000.0000'}</ClientVersion><NetBIOSName>${state.name}</NetBIOSName>` +
      `<CodePage>437</CodePage><SystemDefaultLCID>1033</SystemDefaultLCID><Priority>5</Priority></Machine></Identification>` +
      `<ReportDetails><ReportContent>State Message Data</ReportContent><ReportType>Full</ReportType><Date>${time}</Date>` +
      `<Version>1.0</Version><Format>1.0</Format></ReportDetails></ReportHeader><ReportBody>` +
      `<StateMessage MessageTime="${time}" SerialNumber="${state.serial}"><Topic ID="${state.topicId}" Type="${state.topicType}" IDType="0" User="" UserSID=""/>` +
      `<State ID="${state.stateId}" Criticality="0"/><UserParameters Flags="0" Count="${state.params.length}">${params}</UserParameters>` +
      `</StateMessage></ReportBody></Report>`,
    'utf16le',
  );
}

function escape(text: string): string {
  return text.replace(/[<>&]/g, (character) => `&#${character.charCodeAt(0)};`);
}
