import { SaxesParser } from 'saxes';
import { FspError } from '../errors.js';
import { decodeText, wrapped } from './encoding.js';
import { ReportReading, reportLimits, tooManyAttributes } from './reading.js';
import type { Report } from './types.js';
import { readUsual } from './usual.js';

/**
 * A body as a report. Elements and attributes that we do not know are passed over; unknown topics and states are
 * ordinary. A DOCTYPE is refused, and with it every entity but XML's own five.
 * @throws FspError FSP_REPORT_…; nothing else, whatever the bytes
 */
export function decodeReport(body: Uint8Array): Report {
  if (body.length === 0) throw new FspError('FSP_REPORT_EMPTY', 'The body is empty; send a state message report');
  const hidden = wrapped(body);
  if (hidden !== null) throw hidden;
  // A declaration may have nothing before it, which some have all the same.
  const text = decodeText(body).trimStart();
  if (text === '')
    throw new FspError('FSP_REPORT_EMPTY', 'The body holds nothing but white space; send a state message report');
  return readUsual(text) ?? readStrictly(text);
}

/** Reads any report, by a parser that knows all of XML. */
export function readStrictly(text: string): Report {
  refuseManyAttributes(text);
  const reading = new ReportReading();
  // Of an element's text only what stands between its last tag and its end is data.
  let gathered = '';
  const gather = (chunk: string) => {
    gathered += chunk;
  };
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
    gathered = '';
    reading.open(tag.name, tag.attributes);
  });
  parser.on('closetag', (tag) => {
    reading.close(tag.name, gathered);
    gathered = '';
  });
  parser.on('text', gather);
  parser.on('cdata', gather);
  // The declared encoding was decided upon by the bytes; saxes does not look at it.
  parser.write(text).close();
  return reading.report();
}

/**
 * The parser hands an element over only with all of its attributes, which for a hundred thousand takes its time. So
 * an element's tag that is too long for any report is found before. A tag ends before the next one begins, or the parser
 * refuses it there: nothing is looked at twice.
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
      const [inside = ''] = text.slice(open, tag).split('>', 1);
      if (inside.length > 4096 && count(inside, '=') > reportLimits.attributes) throw tooManyAttributes();
    }
    open = next;
  }
}

function count(text: string, character: string): number {
  let found = 0;
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) found++;
  return found;
}
