import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineReader, longestLine } from './lines.js';

type Line = [text: string, number: number, offset: number, split: boolean];

/** Each piece comes in the same memory, as whoever reads a file into one buffer gives it. */
function linesOf(bytes: Uint8Array, cuts: readonly number[] = []): Line[] {
  const memory = Buffer.alloc(bytes.length);
  const lines: Line[] = [];
  const reader = new LineReader((...line) => lines.push(line));
  const places = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  for (const [index, from] of places.entries()) {
    const piece = bytes.subarray(from, places[index + 1] ?? bytes.length);
    memory.set(piece);
    reader.push(memory.subarray(0, piece.length));
    memory.fill('#', 0, piece.length);
  }
  reader.end();
  return lines;
}
const textsOf = (...parts: Uint8Array[]) => linesOf(Buffer.concat(parts)).map(([text]) => text);

const eight = (text: string) => Buffer.from(text);
const sixteen = (text: string) => Buffer.from(text, 'utf16le');
const big = (text: string) => Buffer.from(text, 'utf16le').swap16();
const zeroes = (count: number) => Buffer.alloc(count);
const mark = Buffer.from([0xff, 0xfe]);
const utf8Mark = Buffer.from([0xef, 0xbb, 0xbf]);
const a = '<![LOG[Prüfung läuft – 正在安装]LOG]!><time="10:00:00.000+000" date="06-17-2026">';
const b = '=== Ведение журнала начато: 17.06.2026  10:15:30 ===';

test.each([
  ['bytes', eight],
  ['UTF-16', (text: string) => Buffer.concat([mark, sixteen(text)])],
])('lines that end with CR alone are lines in a file that is longer than a line may be: %s', (_, bytesOf) => {
  const count = Math.ceil(longestLine / 20) + 10;
  const texts = Array.from({ length: count }, (_, index) => `<03/15/26 10:11:12> line ${index}`);
  const bytes = bytesOf(`${texts.join('\r')}\r`);
  const lines = linesOf(bytes, [longestLine - 7, longestLine + 3]);
  expect(lines.map(([text]) => text)).toEqual(texts);
  expect(lines.map(([, number]) => number)).toEqual(texts.map((_, index) => index + 1));
  expect(lines.some(([, , , split]) => split)).toBe(false);
});

describe('a file that changes its encoding', () => {
  test.each<[string, Uint8Array[], string[]]>([
    ['UTF-8, then UTF-16', [eight(`${a}\r\n`), sixteen(`${b}\r\n${a}\r\n`)], [a, b, a]],
    ['UTF-8 without a mark at an odd place', [eight(`${a}\n`), eight('x\n'), sixteen(`${b}\r\n`)], [a, 'x', b]],
    ['UTF-8, then UTF-16 with its mark', [eight(`${a}\r\n`), mark, sixteen(`${b}\r\n`)], [a, b]],
    ['UTF-8, then UTF-16 of the other order', [eight(`${a}\r\n`), Buffer.from([0xfe, 0xff]), big(`${b}\r\n`)], [a, b]],
    [
      'UTF-8, then UTF-16 of Chinese with its mark',
      [eight('x\r\n'), mark, sixteen('安装失败\r\n上海 ok\r\n')],
      ['x', '安装失败', '上海 ok'],
    ],
    [
      'UTF-8, then UTF-16 of Chinese whose first zero is the first half of a character',
      [eight('x\r\n'), sixteen('操作开始 02:05:47: INSTALL。\r\n上海 ok\r\n')],
      ['x', '操作开始 02:05:47: INSTALL。', '上海 ok'],
    ],
    ['UTF-16, then UTF-8', [mark, sixteen(`${a}\r\n`), eight(`${a}\r\n${b}\r\n`)], [a, a, b]],
    ['UTF-16, then a short line', [mark, sixteen(`${a}\r\n`), eight('done\r\n')], [a, 'done']],
    ['UTF-16, then a last line without an end', [mark, sixteen(`${a}\r\n`), eight('it is done')], [a, 'it is done']],
    [
      'UTF-16, then Russian in UTF-8',
      [mark, sixteen(`${a}\r\n`), eight('Ошибка установки пакета\r\n')],
      [a, 'Ошибка установки пакета'],
    ],
    [
      'UTF-16, then a last French line in UTF-8 that ends with a line feed alone',
      [mark, sixteen(`${a}\n`), eight('=== Journalisation détaillée arrêtée: 2026-06-15  0:23:51 ===\n')],
      [a, '=== Journalisation détaillée arrêtée: 2026-06-15  0:23:51 ==='],
    ],
    [
      'UTF-16, then a last French line in UTF-8 and the 0x1A of an old editor',
      [mark, sixteen(`${a}\r\n`), eight('L’opération a échoué\n\u001A')],
      [a, 'L’opération a échoué', '\u001A'],
    ],
    [
      'UTF-16, then a short last line in UTF-8 that ends with a line feed alone',
      [mark, sixteen(`${a}\n`), eight('Ошибка\n')],
      [a, 'Ошибка'],
    ],
    [
      'UTF-16, then a last Russian line in UTF-8 without an end',
      [mark, sixteen(`${a}\r\n`), eight('Ошибка установки пакета')],
      [a, 'Ошибка установки пакета'],
    ],
    [
      'UTF-16 whose last line is Chinese and has no end',
      [mark, sixteen(`${a}\r\n正在上海的服务器安装组件上线`)],
      [a, '正在上海的服务器安装组件上线'],
    ],
    [
      'UTF-16 whose last line feed was half written',
      [mark, sixteen(`${a}\r\n正在上海的服务器安装组件上线\n`).subarray(0, -1)],
      [a, '正在上海的服务器安装组件上线'],
    ],
    [
      'UTF-16, then Windows-1252',
      [
        mark,
        sixteen(`${a}\r\n`),
        Buffer.from('Échec de l’installation : le fichier a été supprimé\r\n'.replace('’', "'"), 'latin1'),
      ],
      [a, "Échec de l'installation : le fichier a été supprimé"],
    ],
    ['UTF-16 of the other order, then UTF-8', [Buffer.from([0xfe, 0xff]), big(`${a}\r\n`), eight(`${a}\r\n`)], [a, a]],
    [
      'to and fro',
      [
        eight('one\r\n'),
        sixteen('two\r\n'),
        eight('the third of them all\r\n'),
        sixteen('four\r\n'),
        eight('five, which ends here\r\n'),
      ],
      ['one', 'two', 'the third of them all', 'four', 'five, which ends here'],
    ],
    [
      'in the middle of a line, to UTF-16',
      [eight('begun in eight, '), sixteen('ended in sixteen\r\nnext\r\n')],
      ['begun in eight, ended in sixteen', 'next'],
    ],
    [
      'in the middle of a line, to UTF-8',
      [mark, sixteen('begun in sixteen, '), eight('and ended in eight bits\r\nnext\r\n')],
      ['begun in sixteen, and ended in eight bits', 'next'],
    ],
    [
      'only a line end of UTF-16',
      [eight('one'), sixteen('\r\n'), eight('two, which is long enough\r\n')],
      ['one', 'two, which is long enough'],
    ],
    [
      'marks of UTF-8 where files were put together',
      [utf8Mark, eight('one\n'), utf8Mark, eight('two\n')],
      ['one', 'two'],
    ],
    [
      'a mark of UTF-16 where files were put together',
      [mark, sixteen('one\n'), mark, sixteen('two\n')],
      ['one', 'two'],
    ],
  ])('%s', (_name, parts, texts) => {
    expect(textsOf(...parts)).toEqual(texts);
  });

  test.each<[string, Uint8Array[], string[]]>([
    ['two for the mark', [zeroes(2), sixteen(`${a}\r\n${b}\r\n`)], [a, b]],
    ['an odd number before UTF-16', [zeroes(5), sixteen(`${a}\r\n${b}\r\n`)], [a, b]],
    ['what looks like one is the larger byte of UTF-16 without a mark', [big(`${a}\r\n${b}\r\n`)], [a, b]],
    ['three for the mark of UTF-8', [zeroes(3), eight(`${a}\r\n`)], [a]],
    ['a block at the beginning', [zeroes(4096), eight(`${a}\r\n`)], [a]],
    ['at the end of UTF-8', [eight(`${a}\r\n`), zeroes(700)], [a]],
    ['at the end of UTF-16', [mark, sixteen(`${a}\r\n`), zeroes(2)], [a]],
    ['an odd number at the end of UTF-16', [mark, sixteen(`${a}\r\n`), zeroes(333)], [a]],
    ['a block between lines of UTF-8', [eight(`${a}\r\n`), zeroes(512), eight(`${b}\r\n`)], [a, b]],
    ['a block between lines of UTF-16', [mark, sixteen(`${a}\r\n`), zeroes(512), sixteen(`${b}\r\n`)], [a, b]],
    ['an odd block between lines of UTF-16', [mark, sixteen(`${a}\r\n`), zeroes(511), sixteen(`${b}\r\n`)], [a, b]],
    ['a block in the middle of a line', [eight('torn '), zeroes(100), eight('apart\n')], ['torn apart']],
    [
      'a block in the middle of a line of UTF-16',
      [mark, sixteen('torn '), zeroes(100), sixteen('apart\n')],
      ['torn apart'],
    ],
    ['a block where UTF-16 becomes UTF-8', [mark, sixteen(`${a}\r\n`), zeroes(64), eight(`${b}\r\n`)], [a, b]],
    ['a block where UTF-8 becomes UTF-16', [eight(`${a}\r\n`), zeroes(64), sixteen(`${a}\r\n`)], [a, a]],
    ['one behind each line', [eight('one\0\r\ntwo\0\r\n')], ['one', 'two']],
    ['one behind each line end', [eight('one\r\n\0two\r\n\0')], ['one', 'two']],
    ['one behind each line of UTF-16', [mark, sixteen('one\0\r\ntwo\0\r\n')], ['one', 'two']],
    [
      'a character with a zero for its low byte behind a block',
      [mark, sixteen('x\n'), zeroes(8), sixteen('一二\n')],
      ['x', '一二'],
    ],
  ])('zeroes are no text: %s', (_name, parts, texts) => {
    expect(textsOf(...parts)).toEqual(texts);
  });

  test('a line begins at the byte where its text begins', () => {
    const bytes = Buffer.concat([eight('one\r\n'), zeroes(7), sixteen('two\r\n'), eight('three, and more of it\n')]);
    expect(linesOf(bytes).map(([text, number, offset]) => [text, number, offset])).toEqual([
      ['one', 1, 0],
      ['two', 2, 12],
      ['three, and more of it', 3, 22],
    ]);
  });

  test('Chinese and Malayalam in UTF-16 are not taken for bytes', () => {
    const words = '中文安装程序正在运行中'.repeat(40) + 'ഇൻസ്റ്റാൾ'.repeat(20) + '⁠⁡═══‐‑‒ 上海上海'.repeat(10);
    expect(textsOf(mark, sixteen(`${words}\r\n${words} x\r\n`))).toEqual([words, `${words} x`]);
  });

  test('long lines come in parts in any encoding, however many zeroes are in them', () => {
    const long = 'ab'.repeat(longestLine);
    for (const bytes of [eight(long), sixteen(long), eight('abc\0'.repeat(longestLine))]) {
      const lines = linesOf(
        bytes,
        Array.from({ length: bytes.length / 65_536 }, (_, index) => index * 65_536),
      );
      expect(
        linesOf(bytes)
          .map(([text]) => text)
          .join(''),
      ).toBe(lines.map(([text]) => text).join(''));
      expect(Math.max(...lines.map(([text]) => text.length))).toBeLessThanOrEqual(longestLine + 4);
      expect(lines.every(([, number, , split]) => split && number === 1)).toBe(true);
      expect(lines.map(([text]) => text).join('').length).toBe(
        bytes.includes(0) ? bytes.filter(Boolean).length : long.length,
      );
    }
  });

  const text = fc
    .array(
      fc.constantFrom('<![LOG[', ']LOG]!>', 'words ', 'é', '安装', '一', 'Ж', '上', '\r\n', '\n', '\r', ' ', '1603'),
      { maxLength: 12 },
    )
    .map((parts) => parts.join(''));
  const stretch = fc.oneof(
    text.map(eight),
    text.map(sixteen),
    text.map((one) => Buffer.concat([mark, sixteen(one)])),
    text.map((one) => Buffer.concat([Buffer.from([0xfe, 0xff]), big(one)])),
    text.map((one) => Buffer.from(one, 'latin1')),
    fc.nat(9).map(zeroes),
    fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)),
  );

  test('in whatever pieces it comes, the lines are the same', () => {
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 8 }), fc.array(fc.nat(400), { maxLength: 12 }), (parts, places) => {
        const bytes = Buffer.concat(parts);
        const whole = linesOf(bytes);
        expect(
          linesOf(
            bytes,
            places.map((place) => place % (bytes.length + 1)),
          ),
        ).toEqual(whole);
        expect(linesOf(bytes, [...bytes.keys()])).toEqual(whole);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['UTF-8', eight],
    ['UTF-16', sixteen],
  ])(
    'what is held of a line in %s is its own, whatever comes into the memory in which it was read',
    (_name, encode) => {
      const bytes = encode('one\r\n<![LOG[two]LOG]!>\r\nthree, and more\r\n');
      for (let cut = 1; cut < bytes.length; cut++)
        expect(linesOf(bytes, [cut]).map(([text]) => text)).toEqual(['one', '<![LOG[two]LOG]!>', 'three, and more']);
    },
  );

  test('bytes at the very beginning that could be of both encodings are read to their end', () => {
    const both = '0-1123456789@ABCDEFGHIP\u00e5A\0\r\0\n\0  AB\n\0\r\n';
    expect(textsOf(Buffer.from(both, 'latin1')).join('')).toContain('0-1123456789@ABCDEFGHI');
  });

  test('whoever begins again and stops at a line that was begun goes on with that line, nothing lost or doubled', () => {
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 8 }), fc.nat(400), (parts, place) => {
        const bytes = Buffer.concat(parts);
        const before: Line[] = [];
        const first = new LineReader((...line) => before.push(line));
        first.push(bytes.subarray(0, place));
        const from = first.heldFrom;
        const again: Line[] = [];
        const second = new LineReader((...line) => again.push(line));
        second.push(bytes.subarray(0, from));
        second.push(bytes.subarray(from));
        second.end();
        const whole = linesOf(bytes);
        expect([...before, ...again.filter(([, , offset]) => offset >= from)]).toEqual(whole);
        expect(before.every(([, , offset]) => offset < from)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
