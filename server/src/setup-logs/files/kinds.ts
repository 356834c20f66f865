/** What a file is by its first bytes, as far as it matters here. */
export type Kind = { is: 'text' } | { is: 'zip' } | { is: 'archive'; name: string } | { is: 'binary'; name: string };

/** Bytes that are looked at. */
export const sniffed = 4096;

const archives: readonly [string, readonly number[]][] = [
  ['7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['rar', [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]],
  ['gzip', [0x1f, 0x8b, 0x08]],
  ['cab', [0x4d, 0x53, 0x43, 0x46, 0, 0, 0, 0]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
];
const binaries: readonly [string, readonly number[]][] = [
  ['an event log (evtx)', [0x45, 0x6c, 0x66, 0x46, 0x69, 0x6c, 0x65, 0]],
  ['a program', [0x4d, 0x5a]],
  ['a picture', [0x89, 0x50, 0x4e, 0x47]],
  ['a picture', [0xff, 0xd8, 0xff]],
  ['a PDF', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['an installer package or an old Office document', [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]],
];

/** Characters below a blank that are in texts all the same: tab, line ends, form feed, the escape of colours. */
const usual = new Set([9, 10, 12, 13, 27]);

/** Tells text from what cannot be a log, by the first {@link sniffed} bytes of a file. */
export function kindOf(bytes: Uint8Array): Kind {
  const starts = (magic: readonly number[]) => magic.every((byte, index) => bytes[index] === byte);
  // `PK` and a record's number: of a file, of the end of an empty zip, of a zip in parts.
  if (starts([0x50, 0x4b]) && [0x0403, 0x0605, 0x0807].includes((bytes[3]! << 8) | bytes[2]!)) return { is: 'zip' };
  const archive = archives.find(([, magic]) => starts(magic));
  if (archive !== undefined) return { is: 'archive', name: archive[0] };
  if (starts([0xff, 0xfe]) || starts([0xfe, 0xff])) return { is: 'text' };
  const { controls, looked } = controlsIn(bytes);
  const known = binaries.find(([, magic]) => starts(magic) && controls > 0);
  if (known !== undefined) return { is: 'binary', name: known[0] };
  if (looked === 0 && bytes.length > 0) return { is: 'binary', name: 'nothing but zero bytes' };
  // Of arbitrary bytes a tenth are such; of the texts that people have hardly any.
  return controls * 20 > looked ? { is: 'binary', name: '' } : { is: 'text' };
}

/**
 * Bytes that no text has. Zeroes at the beginning or the end are those of a file that was never written whole; in
 * UTF-16 they stand on one side of every two bytes.
 */
function controlsIn(bytes: Uint8Array): { controls: number; looked: number } {
  let from = 0;
  let to = bytes.length;
  while (from < to && bytes[from] === 0) from++;
  while (to > from && bytes[to - 1] === 0) to--;
  const zeroes: [number, number] = [0, 0];
  let controls = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte === 0) zeroes[at % 2 === 0 ? 0 : 1]++;
    else if (byte < 32 && !usual.has(byte)) controls++;
  }
  return { controls: controls + Math.min(...zeroes), looked: to - from };
}
