import type { Draw } from './draw.js';
import type { ScriptLine } from './script.js';
import type { GeneratorOptions } from './types.js';

type Encoding =
  | 'utf-8'
  | 'utf-8 bom'
  | 'utf-16le bom'
  | 'utf-16be bom'
  | 'utf-16le'
  | 'utf-16be'
  | 'utf-16le zeroed bom'
  | 'windows-1252'
  | 'utf-8 then utf-16le'
  | 'utf-16le then utf-8';

/** Lines as bytes, the way that some program, shell or accident writes them. */
export function encode(
  draw: Draw,
  lines: readonly ScriptLine[],
  { plain = false }: GeneratorOptions,
): { bytes: Buffer; encoding: string } {
  const all = lines.map(({ text }) => text).join('\n');
  const encoding = plain ? 'utf-8' : drawn(draw, all);
  const [ends] = draw.pick([['\r\n'], ['\r\n'], ['\n'], ['\n', '\r\n']] as const);
  const mixed = !plain && draw.chance(0.05);
  const closed = plain || draw.chance(0.9);
  const parts = lines.map(({ text, torn }, index) => {
    const end = mixed ? draw.pick(['\r\n', '\n']) : ends;
    const whole = text.replaceAll('\n', end);
    return torn || (index === lines.length - 1 && !closed) ? whole : whole + end;
  });
  const change = draw.integer(1, Math.max(1, lines.length - 1));
  let bytes = bytesOf(encoding, parts, change);
  let name: string = encoding;
  if (!plain && draw.chance(0.04)) {
    // A crash leaves blocks that were never written: zeros.
    bytes = Buffer.concat([bytes, Buffer.alloc(2 * draw.integer(1, 300))]);
    name += ' nul';
  }
  if (!plain && closed && draw.chance(0.03)) {
    // What a program for text of long ago leaves, or a bad block.
    const rubbish = Array.from({ length: draw.integer(1, 40) }, () => draw.integer(0, 255));
    bytes = Buffer.concat([bytes, Buffer.from(draw.chance(0.5) ? [0x1a] : rubbish)]);
    name += ' rubbish';
  }
  return { bytes, encoding: name };
}

function drawn(draw: Draw, text: string): Encoding {
  const encoding = draw.weighted<Encoding>([
    [30, 'utf-8'],
    [8, 'utf-8 bom'],
    [20, 'utf-16le bom'],
    [4, 'utf-16be bom'],
    [6, 'utf-16le'],
    [3, 'utf-16be'],
    [4, 'utf-16le zeroed bom'],
    [10, 'windows-1252'],
    [5, 'utf-8 then utf-16le'],
    [5, 'utf-16le then utf-8'],
  ]);
  if (encoding === 'windows-1252' && /[^\0-\x7f\xa0-\xff]/.test(text)) return 'utf-8';
  // Without a mark, the zeros of plain letters are what there is to tell it by.
  if (/^utf-16[lb]e$/.test(encoding) && !/^[ -~]{8}/.test(text)) return 'utf-16le bom';
  return encoding;
}

function bytesOf(encoding: Encoding, parts: readonly string[], change: number): Buffer {
  const text = parts.join('');
  switch (encoding) {
    case 'utf-8':
      return Buffer.from(text);
    case 'utf-8 bom':
      return Buffer.from(`\ufeff${text}`);
    case 'utf-16le bom':
      return Buffer.from(`\ufeff${text}`, 'utf16le');
    case 'utf-16be bom':
      return Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
    case 'utf-16le':
      return Buffer.from(text, 'utf16le');
    case 'utf-16be':
      return Buffer.from(text, 'utf16le').swap16();
    case 'utf-16le zeroed bom':
      return Buffer.concat([Buffer.alloc(2), Buffer.from(text, 'utf16le')]);
    case 'windows-1252':
      return Buffer.from(text, 'latin1');
    case 'utf-8 then utf-16le':
      return Buffer.concat([
        Buffer.from(parts.slice(0, change).join('')),
        Buffer.from(parts.slice(change).join(''), 'utf16le'),
      ]);
    case 'utf-16le then utf-8':
      return Buffer.concat([
        Buffer.from(`\ufeff${parts.slice(0, change).join('')}`, 'utf16le'),
        Buffer.from(parts.slice(change).join('')),
      ]);
  }
}
