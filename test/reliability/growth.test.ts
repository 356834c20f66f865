import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decoded } from '../../server/src/intake/accept.js';
import { decodeText } from '../../server/src/report/encoding.js';
import { Redactor, hiddenProperties } from '../../server/src/setup-logs/formats/redact.js';
import { LogParser } from '../../server/src/setup-logs/log-parser.js';
import { noSurvey } from '../../server/src/setup-logs/survey.js';
import { logFormats } from '../../server/src/setup-logs/types.js';

const kilobyte = 1024;
/** Four times as much at each step; at full strength up to what the intake and the parsers take. */
const sizes = [1, 4, 16, 64, 256, ...(process.env.FSP_RELIABILITY === 'full' ? [1_024, 4_096] : [])].map(
  (size) => size * kilobyte,
);
/**
 * How often as long a step may take as the one before it: four times as much takes four times as long, and work that
 * grows with the square sixteen times. Between them there is room for a busy machine.
 */
const mostRatio = 10;
/** One step may be steeper, as where a text grows out of what the collector clears easily, if the next one is not. */
const steep = { atMost: 20, thenAtMost: 6 };
/** Below this nothing is told apart from the clock and the collector. */
const leastMs = 1.5;

/** Texts that make a careless pattern start over and over again. */
const pieces: Record<string, string> = {
  letters: 'a',
  spaces: ' ',
  zeroes: '\0',
  tabs: '\t',
  digits: '1',
  'digits and colons': '1:',
  points: '.',
  'points and letters': 'a.',
  hyphens: '-',
  quotes: '"',
  'single quotes': "'",
  backslashes: '\\',
  brackets: '[',
  'opened brackets': '<',
  'closed brackets': '>',
  'brackets and brackets': '<a>',
  parentheses: '(',
  equals: '=',
  'line ends': '\n',
  'carriage returns': '\r',
  'spaces and line ends': ' \n',
  'characters of two units': '😀',
  accents: 'é',
  'log marks': '<![LOG[',
  'log ends': ']LOG]!>',
  'log attributes': '<![LOG[x]LOG]!><time="',
  'simple marks': '$$<',
  'simple pieces': '  $$<a><',
  'simple times': '$$<A><03-15-2026 08:00:00.1',
  'installer heads': 'MSI (s) (54:F8) [13:09:37:100]: ',
  'unfinished installer heads': 'MSI (s) (',
  headings: '=== Logging started: 1/2/2026 ',
  'property changes': "PROPERTY CHANGE: Adding X property. Its value is '",
  'unquoted property changes': 'PROPERTY CHANGE: Adding PASSWORD property ',
  properties: 'Property(S): A = ',
  actions: 'Action start 1:2:3: A. ',
  'return values': 'Return value 3. ',
  'return codes': 'return code: ',
  'error codes': 'error code 0x8007 ',
  sentences: 'Product: A. ',
  'sentences of a summary': 'A: B -- C: D. ',
  'message numbers': '1: 2 ',
  'colons of the east': '：',
  programs: 'setup.msi exited with return code: ',
  'command lines': 'ccmsetup.exe /uninstall ',
  'file names': 'a.msi',
  words: 'password',
  'words and points': 'password.',
  'words and spaces': 'password ',
  'words and colons': ':password',
  'words assigned': 'password = ',
  'words quoted': 'password="',
  'words escaped': 'password="\\',
  'words in elements': '<password ',
  'words in JSON': '"password" : ',
  'words of parameters': ' -password ',
  'words for words': 'secrettoken',
  'words that are spoken': 'password is ',
  addresses: 'http://a:b',
  'addresses without end': '://',
  'users of addresses': '://a:@',
  bearers: 'Bearer ',
  'bearers with a token': 'Bearer abcdefghijklmnop ',
  'web tokens': 'eyJ',
  'web tokens and hyphens': 'eyJ-',
  'web tokens and points': 'eyJabcdefgh.',
  signatures: '?sig=',
  shares: 'net use \\\\a ',
  'quoted shares': 'net use \\\\a "',
  parameters: ' /p ',
  strings: 'ConvertTo-SecureString ',
  'hidden properties': 'MsiHiddenProperties property ',
  'hidden properties, quoted': "MsiHiddenProperties property '",
  'hidden properties, assigned': 'MsiHiddenProperties = ',
  'hidden names': 'MsiHiddenProperties=A;B;',
  keys: '-----BEGIN PRIVATE KEY-----',
  'ends of keys': '-----END PRIVATE KEY',
};

/** The work's time for texts of each size grows with them; where it seems not to, it is measured again. */
function expectGrowth(work: (size: number) => () => void): void {
  let before = leastMs;
  let most = mostRatio;
  for (const [step, size] of sizes.entries()) {
    let ratio = Infinity;
    let best = Infinity;
    for (let attempt = 0; attempt < 5 && ratio > most; attempt++) {
      const run = work(size);
      const begun = process.cpuUsage();
      run();
      const { user, system } = process.cpuUsage(begun);
      best = Math.min(best, (user + system) / 1_000);
      ratio = best / before;
    }
    const isSteep = ratio > mostRatio && most === mostRatio && step < sizes.length - 1;
    expect(ratio, `${best.toFixed(1)} ms at ${size / kilobyte} KB`).toBeLessThanOrEqual(isSteep ? steep.atMost : most);
    most = isSteep ? steep.thenAtMost : mostRatio;
    before = Math.max(best, leastMs);
  }
}

const filled = (piece: string, size: number) => piece.repeat(Math.ceil(size / piece.length)).slice(0, size);

test('the measure tells a square from a line', () => {
  const square = (size: number) => () => {
    let found = 0;
    for (let at = 0; at < size; at++) for (let to = at; to < size / 4; to++) found += to & 1;
    return found;
  };
  expect(() => {
    expectGrowth(square);
  }).toThrow(/ms at/);
});

describe.each(Object.entries(pieces))('of %s', (_name, piece) => {
  test('redaction takes time in proportion', () => {
    for (const before of ['', 'Property(S): DBPASSWORD', 'password=x eyJ sig= '])
      expectGrowth((size) => {
        const line = before + filled(piece, size).replaceAll('\n', ' ');
        const redactor = new Redactor(['LICENSE', 'A.B']);
        return () => {
          redactor.redact(line);
          hiddenProperties(line);
        };
      });
  });
});

describe.each(Object.entries(pieces))('a log of %s', (_name, piece) => {
  test.each([...logFormats])('is read as %s in proportion', (format) => {
    expectGrowth((size) => {
      const bytes = Buffer.from(filled(piece, size));
      return () => {
        const parser = new LogParser({ timezone: null, format, survey: noSurvey, onRecord: () => undefined });
        parser.push(bytes);
        parser.end();
      };
    });
  });
});

describe('a report', () => {
  const message = (inside: string) =>
    `<Report><ReportBody><StateMessage><Topic ID="x" Type="800"/><State ID="100"/><UserParameters>${inside}</UserParameters></StateMessage></ReportBody></Report>`;
  const hostile: Record<string, (size: number) => string> = {
    'tiny elements': (size) => `<Report>${filled('<a/>', size)}</Report>`,
    '63 attributes': (size) =>
      `<Report>${filled(`<a ${Array.from({ length: 63 }, (_, index) => `q${index}="1"`).join(' ')}/>`, size)}`,
    entities: (size) => message(`<Param>${filled('&#65;', size)}</Param>`),
    'entities without end': (size) => message(`<Param>${filled('&', size)}`),
    parameters: (size) => message(filled('<Param>p</Param>', size)),
    'open tags': (size) => `<Report>${filled(`<${'a'.repeat(4_100)}`, size)}`,
    'tags without end': (size) => `<Report>${filled('<a ', size)}`,
    'CDATA without end': (size) => `<Report>${filled('<![CDATA[', size)}`,
    'CDATA and brackets': (size) => `<Report><![CDATA[${filled(']]', size)}`,
    comments: (size) => `<Report>${filled('<!--x-->', size)}`,
    'comments without end': (size) => `<Report>${filled('<!--', size)}`,
    attributes: (size) => `<Report a="${filled('"', size)}`,
    'one attribute': (size) => `<Report a="${filled('x', size)}"/>`,
    names: (size) => `<${filled('a', size)}/>`,
    declarations: (size) => `<?xml ${filled('encoding=', size)}?>`,
    'white space': (size) => filled(' ', size),
    times: (size) => message(`<Date>${filled('2', size)}</Date>`),
    braces: (size) =>
      `<Report><ReportHeader><Identification><Machine><ClientID>{${filled('}{', size)}</ClientID></Machine></Identification></ReportHeader></Report>`,
    zeroes: (size) => filled('\0', size),
  };

  // The usual layout with much of one thing behind each of its tags, and then what it cannot have.
  const usual = decodeText(readFileSync(new URL('../fixtures/reports/installed-client.utf16le.smx', import.meta.url)));
  for (const [index, { 0: tag }] of [...usual.matchAll(/<[^>]+>/g)].entries())
    for (const [what, piece] of Object.entries({ 'white space': ' ', fields: '<A/>', words: 'x' }))
      hostile[`${what} behind ${tag.slice(0, 20)} (${index})`] = (size) => {
        const [before, behind] = [usual.split(tag, 1)[0]! + tag, usual.slice(usual.indexOf(tag) + tag.length)];
        return `${before}${filled(piece, Math.min(size, 60_000))}!${behind}`;
      };

  test.each(Object.entries(hostile))('of %s is decoded in proportion', (_name, text) => {
    for (const encoding of ['utf8', 'utf16le'] as const)
      expectGrowth((size) => {
        const body = Buffer.from(text(size), encoding);
        return () => {
          try {
            decoded(body);
          } catch {
            // Refused: that took its time too.
          }
          try {
            decodeText(body);
          } catch {
            // Likewise.
          }
        };
      });
  });
});
