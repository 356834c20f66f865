import { SaxesParser } from 'saxes';
import { FspError } from '../errors.js';
import { parseCimTime } from './cim-time.js';
import { decodeText } from './encoding.js';
import type { Machine, Report, StateMessage } from './types.js';

/** What a report may not exceed. Real ones are five levels deep and hold a handful of messages. */
export const reportLimits = { depth: 32, attributes: 64, messages: 1000 } as const;

/** Elements whose text is data of the message they stand in. */
const machineFields = new Set(['ClientInstalled', 'ClientID', 'ClientVersion', 'NetBIOSName']);

/**
 * A body as a report. Elements and attributes that we do not know are passed over; unknown topics and states are
 * ordinary. A DOCTYPE is refused, and with it every entity but XML's own five.
 * @throws FspError FSP_REPORT_…; nothing else, whatever the bytes
 */
export function decodeReport(body: Uint8Array): Report {
  if (body.length === 0) throw new FspError('FSP_REPORT_EMPTY', 'The body is empty; send a state message report');
  const text = decodeText(body);
  if (text.trim() === '')
    throw new FspError('FSP_REPORT_EMPTY', 'The body holds nothing but white space; send a state message report');
  refuseManyAttributes(text);
  const reading = new ReportReading();
  reading.parse(text);
  return reading.report();
}

/**
 * The parser hands an element over only with all of its attributes, which for a hundred thousand takes its time. So
 * an element's tag that is too long for any report is found before.
 */
function refuseManyAttributes(text: string): void {
  for (let open = text.indexOf('<'); open !== -1;) {
    if (text.startsWith('<![CDATA[', open)) {
      const end = text.indexOf(']]>', open);
      if (end === -1) return;
      open = text.indexOf('<', end);
      continue;
    }
    const next = text.indexOf('<', open + 1);
    const tag = next === -1 ? text.length : next;
    if (tag - open > 4096) {
      const close = text.indexOf('>', open);
      const length = (close === -1 ? text.length : close) - open;
      if (length > 4096 && count(text, '=', open, open + length) > reportLimits.attributes) throw tooManyAttributes();
    }
    open = next;
  }
}

function count(text: string, character: string, from: number, to: number): number {
  let found = 0;
  for (
    let at = text.indexOf(character, from);
    at !== -1 && at < to && found <= reportLimits.attributes;
    at = text.indexOf(character, at + 1)
  )
    found++;
  return found;
}

function tooManyAttributes(): FspError {
  return new FspError(
    'FSP_REPORT_TOO_MANY_ATTRIBUTES',
    `An element has more than ${reportLimits.attributes} attributes; send a state message report`,
  );
}

/** One pass over the XML, gathering what a report says. */
class ReportReading {
  private readonly path: string[] = [];
  private text = '';
  private readonly fields: Record<string, string> = Object.create(null) as Record<string, string>;
  private reportTime: number | null = null;
  private readonly messages: StateMessage[] = [];
  private current: { message: Partial<StateMessage>; params: string[] } | null = null;

  parse(text: string): void {
    const parser = new SaxesParser({ xmlns: false, position: false });
    parser.on('error', (error) => {
      throw new FspError(
        'FSP_REPORT_NOT_XML',
        `The body is no well-formed XML (${error.message.split('\n')[0] ?? ''}); send a state message report`,
      );
    });
    parser.on('doctype', () => {
      throw new FspError('FSP_REPORT_NOT_XML', 'The body has a DOCTYPE, which no report has; send it without');
    });
    parser.on('opentag', (tag) => {
      this.open(tag.name, tag.attributes);
    });
    parser.on('closetag', (tag) => {
      this.close(tag.name);
    });
    const gather = (chunk: string) => {
      this.text += chunk;
    };
    parser.on('text', gather);
    parser.on('cdata', gather);
    // The declared encoding was decided upon by the bytes; saxes does not look at it.
    parser.write(text).close();
  }

  report(): Report {
    if (this.messages.length === 0) throw incomplete('no StateMessage');
    const { ClientInstalled: installed } = this.fields;
    const machine: Machine = {
      clientInstalled: installed === '1' ? true : installed === '0' ? false : null,
      clientId: bareGuid(this.fields.ClientID ?? ''),
      clientVersion: this.fields.ClientVersion ?? '',
      netbiosName: this.fields.NetBIOSName ?? '',
    };
    return { machine, reportTime: this.reportTime, messages: this.messages };
  }

  private open(name: string, attributes: Record<string, string>): void {
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
    this.text = '';
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
    const serial = Number(attributes.SerialNumber ?? Number.NaN);
    this.current = {
      params: [],
      message: {
        messageTime: parseCimTime(attributes.MessageTime ?? ''),
        serialNumber: Number.isInteger(serial) && serial >= 0 && serial <= 0xffff_ffff ? serial : null,
      },
    };
  }

  private describe(message: Partial<StateMessage>, name: string, attributes: Record<string, string>): void {
    if (name === 'Topic') {
      message.topic = {
        type: identifier(attributes.Type, 'Topic/@Type'),
        id: attributes.ID ?? '',
        idType: integerOrNull(attributes.IDType),
        user: attributes.User ?? '',
        userSid: attributes.UserSID ?? '',
      };
    } else if (name === 'State') {
      message.state = {
        id: identifier(attributes.ID, 'State/@ID'),
        criticality: integerOrNull(attributes.Criticality),
      };
    }
  }

  private close(name: string): void {
    if (this.current !== null) {
      if (name === 'Param' && this.inside('UserParameters')) this.current.params.push(this.text);
      else if (name === 'StateDetails') this.current.message.details = this.text;
      else if (name === 'StateMessage') this.end(this.current);
    } else if (machineFields.has(name) && this.inside('Identification', 'Machine'))
      this.fields[name] = this.text.trim();
    else if (name === 'Date' && this.inside('ReportDetails')) this.reportTime = parseCimTime(this.text);
    this.path.pop();
    this.text = '';
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

/** `GUID:A1006D0E-…`, `GUID: A1006D0E-…` or `{a1006d0e-…}` as the bare upper-case GUID; other texts stay, upper-cased. */
function bareGuid(text: string): string {
  return text
    .replace(/^\s*GUID:/i, '')
    .trim()
    .replace(/^\{(.*)\}$/s, '$1')
    .trim()
    .toUpperCase();
}

function identifier(text: string | undefined, where: string): number {
  const value = integerOrNull(text);
  if (value === null || value < 0) throw incomplete(`${where} is no number`);
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
