import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeReport } from './decode.js';
import { mayBeReport, readableText } from './encoding.js';

const wire = readFileSync(new URL('../../../test/fixtures/reports/installed-client.utf16le.smx', import.meta.url));
const refused = expect.objectContaining({ code: 'FSP_REPORT_ENCODING' }) as Error;

/** A text in an encoding of single bytes, which Node has decoders of alone. */
const inBytes = (words: string, label: string) => {
  const all = new TextDecoder(label).decode(Uint8Array.from({ length: 256 }, (_unused, byte) => byte));
  return Buffer.from(Array.from(words, (character) => all.indexOf(character)));
};
const declaring = (label: string, user: Buffer) =>
  Buffer.concat([
    Buffer.from(`<?xml version="1.0" encoding="${label}"?><Report><ReportBody><StateMessage><Topic Type="800" User="`),
    user,
    Buffer.from('"/><State ID="1"/></StateMessage></ReportBody></Report>'),
  ]);

describe('encodings', () => {
  const text = `<Report><ReportBody><StateMessage><Topic Type="800" User="DOMÄNE\\Jürgen"/><State ID="1"/></StateMessage></ReportBody></Report>`;
  const declared = `<?xml version="1.0" encoding="UTF-16"?>\r\n${text}`;
  const swap = (buffer: Buffer) => buffer.swap16();
  test.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with mark', Buffer.from('\ufeff' + text)],
    ['UTF-8 that declares UTF-16', Buffer.from(declared)],
    ['UTF-16LE with mark', Buffer.from('\ufeff' + declared, 'utf16le')],
    ['UTF-16LE without mark', Buffer.from(declared, 'utf16le')],
    ['UTF-16LE without mark and declaration', Buffer.from(text, 'utf16le')],
    ['UTF-16BE with mark', swap(Buffer.from('\ufeff' + declared, 'utf16le'))],
    ['UTF-16BE without mark', swap(Buffer.from(text, 'utf16le'))],
    ['Windows-1252', Buffer.from(`<?xml version="1.0" encoding="windows-1252"?>${text}`, 'latin1')],
  ])('%s is read', (_name, body) => {
    expect(decodeReport(body).messages[0]?.topic.user).toBe('DOMÄNE\\Jürgen');
    // However little of it has come, also behind zeroes, and marks that somebody doubled.
    for (const padding of ['', '\0\0', '\xff\xfe', '\xef\xbb\xbf', '\r\n\t '])
      for (let length = 1; length < 40; length++) {
        const begin = Buffer.concat([Buffer.from(padding, 'latin1'), body]).subarray(0, length);
        expect(mayBeReport(begin), `${length} bytes behind ${JSON.stringify(padding)}`).toBe(true);
      }
  });

  test.each([
    ['windows-1250', 'Nie można'],
    ['windows-1251', 'Не удалось'],
    ['Windows-1253', 'Απέτυχε'],
    ['windows-1254', 'başarısız'],
    ['windows-1256', 'فشل'],
    ['iso-8859-2', 'Nie można'],
    ['koi8-r', 'Не удалось'],
  ])('%s is read as it declares', (label, words) => {
    expect(decodeReport(declaring(label, inBytes(words, label))).messages[0]?.topic.user).toBe(words);
  });

  test.each(['iso-8859-1', 'us-ascii', 'windows-1252', 'windows-1251', 'nonsense', 'UTF-16'])(
    'UTF-8 that declares %s is read as what it is',
    (label) => {
      expect(decodeReport(declaring(label, Buffer.from('für'))).messages[0]?.topic.user).toBe('für');
    },
  );

  test.each(['windows-1252', 'iso-8859-1'])(
    '%s has the signs of Windows-1252, whatever Node makes of them',
    (label) => {
      const bytes = Buffer.from([0x80, 0x91, 0x92, 0x96, 0x99, 0xe4]);
      expect(decodeReport(declaring(label, bytes)).messages[0]?.topic.user).toBe('€‘’–™ä');
    },
  );

  test.each(['UTF-8', 'UTF-16', 'nonsense', 'windows-1253', 'utf-7'])(
    'what is no UTF-8 and has no meaning in the encoding it declares, %s, is refused',
    (label) => {
      // 0xD2 is no character of Windows-1253.
      expect(() => decodeReport(declaring(label, Buffer.from([0xd2, 0x20])))).toThrow(refused);
    },
  );

  test.each(['GIF89a', 'PK\x03\x04', '\x1f\x8b\x08', '{"a":1}', 'hello <Report>', '\xff\xff\xff', '\0\0\0a'])(
    '%j can be known for no report by how it begins',
    (begin) => {
      expect(mayBeReport(Buffer.from(begin, 'latin1'))).toBe(false);
    },
  );

  test.each([
    ['a lone byte in UTF-8', Buffer.from([0x3c, 0x52, 0xff, 0x3e])],
    ['UTF-16 cut in the middle of a unit', wire.subarray(0, 501)],
    ['a lone surrogate', Buffer.from('\ufeff<Report>\ud800</Report>', 'utf16le')],
  ])('%s is refused, never replaced in silence', (_name, body) => {
    expect(() => decodeReport(body)).toThrow(refused);
  });
});

describe('what is refused can be read by who looks into it', () => {
  const bad = '<?xml version="1.0" encoding="UTF-16"?><Report>bad é €</Reprt>';
  test.each([
    ['UTF-16LE with mark', Buffer.from('\ufeff' + bad, 'utf16le'), bad],
    ['UTF-16LE without mark', Buffer.from(bad, 'utf16le'), bad],
    ['UTF-16BE', Buffer.from('\ufeff' + bad, 'utf16le').swap16(), bad],
    ['UTF-16LE behind zeroes', Buffer.from('\0' + bad, 'utf16le'), bad],
    ['UTF-16LE that is cut', Buffer.from(bad, 'utf16le').subarray(0, -1), bad.slice(0, -1)],
    ['UTF-16LE with half a character', Buffer.from('<a>\ud83d</a>', 'utf16le'), '<a>\ufffd</a>'],
    ['UTF-8', Buffer.from(bad), bad],
    ['UTF-8 that is cut', Buffer.from(`${bad}é`).subarray(0, -1), bad],
    ['a code page', declaring('windows-1251', inBytes('Не удалось', 'windows-1251')), /User="Не удалось"/],
    ['no text', Buffer.from([0x1f, 0x8b, 0x08]), '\x1f\ufffd\x08'],
    ['zeroes', Buffer.alloc(3), '\0\0\0'],
    ['nothing', Buffer.alloc(0), ''],
  ])('as %s', (_name, bytes, text) => {
    if (typeof text === 'string') expect(readableText(bytes)).toBe(text);
    else expect(readableText(bytes)).toMatch(text);
  });
});

test.each([
  [Buffer.from([0x1f, 0x8b, 8, 0]), 'The body is compressed with gzip; send it without compression'],
  [Buffer.from('\r\n--b\r\n\r\n\xff'), 'The body is a multipart form; send the report itself as the body'],
  [Buffer.from(`--${'b'.repeat(70)}\n<`), 'The body is a multipart form; send the report itself as the body'],
  [Buffer.from([0x1f, 0x3c]), 'The body is no well-formed XML'],
  [
    Buffer.from([0x3c, 0x8b]),
    'The body is no valid UTF-8, nor in an encoding that it declares; send the report as UTF-16LE',
  ],
  [Buffer.from([0xff, 0xfe, 0x3c]), 'The body is no valid UTF-16LE; send the report as UTF-16LE or UTF-8'],
  [Buffer.from([0xfe, 0xff, 0x41]), 'The body is no valid UTF-16BE; send the report as UTF-16LE or UTF-8'],
  [Buffer.from([0xff, 0x41, 0x42]), 'The body is no valid UTF-8'],
  [Buffer.from('x\n--b\r\n'), 'The body is no well-formed XML'],
])('what was done to a report is named', (body, message) => {
  expect(() => decodeReport(body)).toThrow(message);
});
