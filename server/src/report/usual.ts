import { parseReportTime } from './report-time.js';
import { machineOf, reportLimits, stateOf, topicOf, unsigned } from './reading.js';
import type { Report, StateMessage } from './types.js';

/** Beyond it the strict reader is as good: a pattern remembers where it was at every character. */
const mostCharacters = 64 * 1024;

// What XML allows there and stands for itself: no entity, and no carriage return, which would become another character.
const words = "[\\t\\n -%'-;=?-\\ufffd]*";
const characters = "[ !#-%'-;=?-\\ufffd]*";
const value = `"${characters}"`;
const cdata = '<!\\[CDATA\\[([\\t\\n -\\\\^-\\ufffd]*)\\]\\]>';
const blank = '[ \\t\\r\\n]*';
const declaration = '(?:<\\?xml version="1\\.0"(?: encoding="[A-Za-z][\\w.-]{0,39}")? ?\\?>)?';

/** An attribute, or none. */
function attribute(name: string): string {
  return `(?: ${name}="(${characters})")?`;
}

// White space says nothing between elements. Each piece takes what stands behind it, and none stands beside another that
// takes it too: a pattern that may share it out in many ways would try all of them.

function tags(...each: string[]): string {
  return each.map((tag) => tag + blank).join('');
}

/** An element of text alone. */
function field(name: string): string {
  return `<${name}(?: IDType=${value})?(?: IDFlag=${value})?>(${words})</${name}>${blank}`;
}

/** Any number of elements of text alone but these. `group` is theirs in the pattern. */
function fieldsBut(names: string, group: string): string {
  return `(?:<(?!(?:${names})\\b)(?<${group}>[A-Za-z]\\w*)(?:/>|>${words}</\\k<${group}>>)${blank})*`;
}

/** A pattern that is tried at one place. */
function pattern(...pieces: string[]): RegExp {
  return new RegExp(pieces.join(''), 'y');
}

const ofMachine = 'ClientInstalled|ClientID|ClientVersion|NetBIOSName';
const head = pattern(
  tags(declaration, '<Report>', '<ReportHeader>', '<Identification>', '<Machine>'),
  field('ClientInstalled'),
  fieldsBut(ofMachine, 'beforeId'),
  field('ClientID'),
  field('ClientVersion'),
  field('NetBIOSName'),
  fieldsBut(ofMachine, 'behindName'),
  tags('</Machine>', '</Identification>', '<ReportDetails>'),
  fieldsBut('Date', 'beforeDate'),
  field('Date'),
  fieldsBut('Date', 'behindDate'),
  tags('</ReportDetails>', '</ReportHeader>', '<ReportBody>'),
);
const message = pattern(
  tags(
    `<StateMessage${attribute('MessageTime')}${attribute('SerialNumber')}>`,
    `<Topic${['ID', 'Type', 'IDType', 'User', 'UserSID'].map(attribute).join('')}/>`,
    `<State${attribute('ID')}${attribute('Criticality')}/>`,
  ),
  `(?:<StateDetails(?: Type=${value})?(?:/>|>(?:${cdata}|(${words}))</StateDetails>)${blank})?`,
  `(?:<UserParameters(?: Flags=${value})?(?: Count=${value})?(?:/>|>${blank}((?:<Param(?:/>|>${words}</Param>)${blank})*)</UserParameters>)${blank})?`,
  tags('</StateMessage>'),
);
const param = /<Param(?:\/>|>([^<]*)<\/Param>)[ \t\r\n]*/y;
const tail = pattern(tags('</ReportBody>', '</Report>'));

/**
 * Reads a report that is laid out as clients lay it out, by patterns, at a tenth of what a parser of all XML costs. Whatever
 * else there is – another order of elements, entities, comments, an error – gives null, and the strict reader decides.
 * What this reader accepts, that one accepts with the same result: a test compares them on generated reports, hostile
 * ones included.
 */
export function readUsual(text: string): Report | null {
  if (text.length > mostCharacters) return null;
  head.lastIndex = 0;
  const found = head.exec(text);
  if (found === null) return null;
  const messages: StateMessage[] = [];
  let at = head.lastIndex;
  for (;;) {
    message.lastIndex = at;
    const next = message.exec(text);
    if (next === null) break;
    at = message.lastIndex;
    const one = messageOf(next);
    // Where something is wrong, the strict reader says what.
    if (one === null || messages.push(one) > reportLimits.messages) return null;
  }
  tail.lastIndex = at;
  if (messages.length === 0 || !tail.test(text) || tail.lastIndex !== text.length) return null;
  return {
    machine: machineOf(found[1], found[3], found[4], found[5]),
    reportTime: parseReportTime(found[8]!),
    messages,
  };
}

/** By their numbers: a list that is taken apart costs as much as the pattern. */
function messageOf(found: RegExpExecArray): StateMessage | null {
  const topic = topicOf({ ID: found[3], Type: found[4], IDType: found[5], User: found[6], UserSID: found[7] });
  const state = stateOf({ ID: found[8], Criticality: found[9] });
  if (topic === null || state === null) return null;
  return {
    messageTime: parseReportTime(found[1] ?? ''),
    serialNumber: unsigned(found[2]),
    topic,
    state,
    details: found[10] ?? found[11] ?? '',
    params: paramsOf(found[12] ?? ''),
  };
}

function paramsOf(text: string): string[] {
  const found: string[] = [];
  for (param.lastIndex = 0; param.lastIndex < text.length;) found.push(param.exec(text)![1] ?? '');
  return found;
}
