import { FspError } from '../errors.js';
import { parseCimTime } from './cim-time.js';
import type { Machine, Report, StateMessage } from './types.js';

/** What a report may not exceed. Real ones are five levels deep and hold a handful of messages. */
export const reportLimits = { depth: 32, attributes: 64, messages: 1000 } as const;

/** Elements whose text is data of the message they stand in. */
const machineFields = new Set(['ClientInstalled', 'ClientID', 'ClientVersion', 'NetBIOSName']);

/**
 * What a report says, gathered from its elements in their order. Whoever reads the XML calls `open` with an element's
 * name and attributes, and `close` with its name and the text since the last tag.
 */
export class ReportReading {
  private readonly path: string[] = [];
  private readonly fields: Record<string, string> = Object.create(null) as Record<string, string>;
  private reportTime: number | null = null;
  private readonly messages: StateMessage[] = [];
  private current: { message: Partial<StateMessage>; params: string[] } | null = null;

  /** @throws FspError FSP_REPORT_INCOMPLETE where there is no message */
  report(): Report {
    if (this.messages.length === 0) throw incomplete('no StateMessage');
    const { ClientInstalled, ClientID, ClientVersion, NetBIOSName } = this.fields;
    const machine = machineOf(ClientInstalled, ClientID, ClientVersion, NetBIOSName);
    return { machine, reportTime: this.reportTime, messages: this.messages };
  }

  /** @throws FspError FSP_REPORT_WRONG_ROOT, FSP_REPORT_TOO_DEEP and others */
  open(name: string, attributes: Record<string, string>): void {
    if (this.path.length === 0 && name !== 'Report') {
      throw new FspError('FSP_REPORT_WRONG_ROOT', 'The root element is not Report; send a state message report');
    }
    if (this.path.length >= reportLimits.depth) {
      throw new FspError(
        'FSP_REPORT_TOO_DEEP',
        `Elements are nested deeper than ${reportLimits.depth}; send a state message report`,
      );
    }
    if (Object.keys(attributes).length > reportLimits.attributes) throw tooManyAttributes();
    this.path.push(name);
    if (name === 'StateMessage' && this.inside('Report', 'ReportBody')) this.begin(attributes);
    else if (this.current !== null) this.describe(this.current.message, name, attributes);
  }

  private begin(attributes: Record<string, string>): void {
    if (this.messages.length >= reportLimits.messages) {
      throw new FspError(
        'FSP_REPORT_TOO_MANY_MESSAGES',
        `The report holds more than ${reportLimits.messages} state messages; send them in several reports`,
      );
    }
    this.current = {
      params: [],
      message: {
        messageTime: parseCimTime(attributes.MessageTime ?? ''),
        serialNumber: serialOf(attributes.SerialNumber),
      },
    };
  }

  private describe(message: Partial<StateMessage>, name: string, attributes: Record<string, string>): void {
    if (name === 'Topic') message.topic = topicOf(attributes);
    else if (name === 'State') message.state = stateOf(attributes);
  }

  /** @throws FspError FSP_REPORT_INCOMPLETE */
  close(name: string, text: string): void {
    if (this.current !== null) {
      if (name === 'Param' && this.inside('UserParameters')) this.current.params.push(text);
      else if (name === 'StateDetails') this.current.message.details = text;
      else if (name === 'StateMessage') this.end(this.current);
    } else if (machineFields.has(name) && this.inside('Identification', 'Machine')) this.fields[name] = text;
    else if (name === 'Date' && this.inside('ReportDetails')) this.reportTime = parseCimTime(text);
    this.path.pop();
  }

  private end({ message, params }: { message: Partial<StateMessage>; params: string[] }): void {
    const { topic, state, messageTime = null, serialNumber = null, details = '' } = message;
    if (topic === undefined) throw incomplete('a StateMessage without Topic');
    if (state === undefined) throw incomplete('a StateMessage without State');
    this.messages.push({ messageTime, serialNumber, topic, state, details, params });
    this.current = null;
  }

  /** Whether the innermost element stands directly in these, outermost first. */
  private inside(...parents: string[]): boolean {
    const start = this.path.length - 1 - parents.length;
    return start >= 0 && parents.every((parent, index) => this.path[start + index] === parent);
  }
}

type Attributes = Readonly<Record<string, string | undefined>>;

/** What the texts of ClientInstalled, ClientID, ClientVersion and NetBIOSName say. */
export function machineOf(installed = '', id = '', version = '', name = ''): Machine {
  const flag = installed.trim();
  return {
    clientInstalled: flag === '1' ? true : flag === '0' ? false : null,
    clientId: bareGuid(id),
    clientVersion: version.trim(),
    netbiosName: name.trim(),
  };
}

export function serialOf(text: string | undefined): number | null {
  const serial = Number(text ?? Number.NaN);
  return Number.isInteger(serial) && serial >= 0 && serial <= 0xffff_ffff ? serial : null;
}

/** @throws FspError FSP_REPORT_INCOMPLETE */
export function topicOf(attributes: Attributes): StateMessage['topic'] {
  return {
    type: identifier(attributes.Type, 'Topic/@Type'),
    id: attributes.ID ?? '',
    idType: integerOrNull(attributes.IDType),
    user: attributes.User ?? '',
    userSid: attributes.UserSID ?? '',
  };
}

/** @throws FspError FSP_REPORT_INCOMPLETE */
export function stateOf(attributes: Attributes): StateMessage['state'] {
  return { id: identifier(attributes.ID, 'State/@ID'), criticality: integerOrNull(attributes.Criticality) };
}

const usualGuid = /^(?:GUID:)?([0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})$/;

/** `GUID:A1006D0E-…`, `GUID: A1006D0E-…` or `{a1006d0e-…}` as the bare upper-case GUID; other texts stay, upper-cased. */
function bareGuid(text: string): string {
  const usual = usualGuid.exec(text)?.[1];
  if (usual !== undefined) return usual;
  return text
    .replace(/^\s*GUID:/i, '')
    .trim()
    .replace(/^\{(.*)\}$/s, '$1')
    .trim()
    .toUpperCase();
}

function identifier(text: string | undefined, where: string): number {
  const value = integerOrNull(text);
  if (value === null || value < 0) throw incomplete(`a ${where} that is no number`);
  return value;
}

function integerOrNull(text: string | undefined): number | null {
  if (text === undefined || !/^-?\d{1,10}$/.test(text)) return null;
  const value = Number(text);
  return Math.abs(value) <= 0x7fff_ffff ? value : null;
}

function incomplete(what: string): FspError {
  return new FspError(
    'FSP_REPORT_INCOMPLETE',
    `The report has ${what}; send each message with a Topic type and a State id`,
  );
}

export function tooManyAttributes(): FspError {
  return new FspError(
    'FSP_REPORT_TOO_MANY_ATTRIBUTES',
    `An element has more than ${reportLimits.attributes} attributes; send a state message report`,
  );
}
