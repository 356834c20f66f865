import { FspError } from '../errors.js';
import { parseReportTime } from './report-time.js';
import type { LeftOut, Machine, Report, StateMessage } from './types.js';

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
  private leftOut: LeftOut | undefined;
  private current: { message: Described; params: string[] } | null = null;

  /** @throws FspError FSP_REPORT_INCOMPLETE where there is no message that can be read */
  report(): Report {
    if (this.messages.length === 0) throw incomplete(this.leftOut?.first.what ?? 'no StateMessage');
    const { ClientInstalled, ClientID, ClientVersion, NetBIOSName } = this.fields;
    const machine = machineOf(ClientInstalled, ClientID, ClientVersion, NetBIOSName);
    return { machine, reportTime: this.reportTime, messages: this.messages, leftOut: this.leftOut };
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
    if (this.messages.length + (this.leftOut?.count ?? 0) >= reportLimits.messages) {
      throw new FspError(
        'FSP_REPORT_TOO_MANY_MESSAGES',
        `The report holds more than ${reportLimits.messages} state messages; send them in several reports`,
      );
    }
    this.current = {
      params: [],
      message: {
        messageTime: parseReportTime(attributes.MessageTime ?? ''),
        serialNumber: unsigned(attributes.SerialNumber),
      },
    };
  }

  private describe(message: Described, name: string, attributes: Record<string, string>): void {
    if (name === 'Topic') message.topic = topicOf(attributes);
    else if (name === 'State') message.state = stateOf(attributes);
  }

  close(name: string, text: string): void {
    if (this.current !== null) {
      if (name === 'Param' && this.inside('UserParameters')) this.current.params.push(text);
      else if (name === 'StateDetails') this.current.message.details = text;
      else if (name === 'StateMessage') this.end(this.current);
    } else if (machineFields.has(name) && this.inside('Identification', 'Machine')) this.fields[name] = text;
    else if (name === 'Date' && this.inside('ReportDetails')) this.reportTime = parseReportTime(text);
    this.path.pop();
  }

  private end({ message, params }: { message: Described; params: string[] }): void {
    const { topic, state, messageTime = null, serialNumber = null, details = '' } = message;
    if (!topic) this.leaveOut(topic === null ? 'a Topic/@Type that is no number' : 'a StateMessage without Topic');
    else if (!state) this.leaveOut(state === null ? 'a State/@ID that is no number' : 'a StateMessage without State');
    else this.messages.push({ messageTime, serialNumber, topic, state, details, params });
    this.current = null;
  }

  /** One message that says nothing costs none of the others: this report is the only witness of those too. */
  private leaveOut(what: string): void {
    this.leftOut ??= { count: 0, first: { place: this.messages.length + 1, what } };
    this.leftOut.count++;
  }

  /** Whether the innermost element stands directly in these, outermost first. */
  private inside(...parents: string[]): boolean {
    const start = this.path.length - 1 - parents.length;
    return start >= 0 && parents.every((parent, index) => this.path[start + index] === parent);
  }
}

/** A message as far as it was read; null is what stands there and cannot be. */
type Described = Partial<Omit<StateMessage, 'topic' | 'state'>> & {
  topic?: StateMessage['topic'] | null;
  state?: StateMessage['state'] | null;
};

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

/** Null where its type is no number. */
export function topicOf(attributes: Attributes): StateMessage['topic'] | null {
  const type = unsigned(attributes.Type);
  if (type === null) return null;
  return {
    type,
    id: attributes.ID ?? '',
    idType: integerOrNull(attributes.IDType),
    user: attributes.User ?? '',
    userSid: attributes.UserSID ?? '',
  };
}

/** Null where its id is no number. */
export function stateOf(attributes: Attributes): StateMessage['state'] | null {
  const id = unsigned(attributes.ID);
  return id === null ? null : { id, criticality: integerOrNull(attributes.Criticality) };
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

/** A number of 32 bits without a sign, as ClickHouse's columns hold it; white space and a plus say nothing. */
export function unsigned(text = ''): number | null {
  const digits = /^\s*\+?(\d{1,10})\s*$/.exec(text)?.[1];
  const value = Number(digits ?? Number.NaN);
  return value <= 0xffff_ffff ? value : null;
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
