import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FspError } from '../errors.js';
import { Random } from '../simulation/random.js';
import { readStrictly } from './decode.js';
import { decodeText } from './encoding.js';
import { readUsual } from './usual.js';
import type { Report } from './types.js';

const originals = [
  'installed-client.utf16le.smx',
  'installed-client.utf8.xml',
  'no-client.xml',
  'no-serial-with-details.xml',
].map((name) => decodeText(readFileSync(new URL(`../../../test/fixtures/reports/${name}`, import.meta.url))));

/** FSP_TEST_COUNT reports; a million is the full strength. */
const count = Number(process.env.FSP_TEST_COUNT ?? 5_000);
const seed = Number(process.env.FSP_TEST_SEED ?? 7);

/** What breaks parsers, and what only looks as if it did. */
const pieces = [
  '<', '>', '/', '"', "'", '=', '&', ';', ' ', '\t', '\r', '\n', '\r\n', '\0', '\u0001', '\u001f', '\u007f', '\u0085',
  '\u00a0', '\u2028', '\ufeff', '\ufffd', '\ufffe', '\uffff', '\u{1f600}', ']]>', '<![CDATA[', '<![CDATA[a]b]]>',
  '<![CDATA[<Param>&\r\n]]>', '<!--x-->', '<?pi?>', '<?xml version="1.0"?>', '<!DOCTYPE a>', '&amp;', '&#65;', '&#x0;', '&nope;', '<a/>',
  '<a b="1"/>', '<a b="1" b="2"/>', '<a b=\'1\'/>', '<a b="<"/>', '<a b=">"/>', '<a b="\n"/>', '<a  b = "1" />', '<a\r\nb="1"/>',
  '<a b="1"c="2"/>', '<a b/>', '</a>', '</Param >', '<é/>', '<a:b/>', '<a.b-c_d/>', '<-a/>', '<1/>', '<__proto__ constructor="x"/>',
  '<Param>', '</Param>', '<Param/>', '<Param>\r\n</Param>', '<Param>a\rb</Param>', '<Topic Type="1"/>', '<State ID="x"/>',
  '<StateDetails><![CDATA[x]]></StateDetails>', '<StateDetails Type="1">x</StateDetails>', '<UserParameters/>', '<ClientID/>', '/"', '"/', ' ID="2"',
  ' IDFlag="/"', ' Flags=""', '<Date>20260302091501.250000+060</Date>', '<NetBIOSName> B </NetBIOSName>', '<Date> </Date>', '</ReportBody>',
  ' SerialNumber=""', ' SerialNumber="1e3"', ' SerialNumber=" 7"', ' Type=" 800"', ' Type="+800"', ' Type="abc"', ' ID="2147483648"', ' ID="4294967296"', '<StateMessage>', '</StateMessage>', '<Report>', '</Report>', '<?xml version="1.1"?>', 'encoding="x"', 'ID="', '99999999999',
  ` ${Array.from({ length: 13 }, (_unused, index) => `a${index}="1"`).join(' ')}`,
]; // prettier-ignore

function changed(random: Random): string {
  let text = originals[random.integer(0, originals.length - 1)]!;
  for (let edits = random.integer(0, 3); edits > 0; edits--) {
    const at = random.integer(0, text.length);
    const length = random.chance(0.5) ? 0 : random.integer(1, 30);
    const piece = random.chance(0.2) ? '' : pieces[random.integer(0, pieces.length - 1)]!;
    text = random.chance(0.15)
      ? text.slice(0, at) + text.slice(at, at + length) + text.slice(at)
      : text.slice(0, at) + piece + text.slice(at + length);
  }
  return text;
}

function strictly(text: string): Report | string {
  try {
    return readStrictly(text);
  } catch (error) {
    if (error instanceof FspError) return error.code;
    throw error;
  }
}

test('reports in the usual layout are read without the strict reader', () => {
  for (const text of originals) expect(readUsual(text)).toEqual(readStrictly(text));
});

test('whatever the reader of the usual layout accepts, the strict one accepts with the same result', () => {
  const random = new Random(seed);
  let accepted = 0;
  for (let index = 0; index < count; index++) {
    const text = changed(random);
    if (!text.isWellFormed()) continue;
    const report = readUsual(text);
    if (report === null) continue;
    accepted++;
    const other = strictly(text);
    if (JSON.stringify(other) !== JSON.stringify(report)) expect(report, JSON.stringify(text)).toEqual(other);
  }
  expect(accepted).toBeGreaterThan(count / 10);
});
