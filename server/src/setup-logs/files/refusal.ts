/**
 * Why a file was not read as a log:
 *
 * | reason | meaning |
 * |---|---|
 * | other_file | of a folder or a zip, and its name is none of a log |
 * | empty | no byte in it |
 * | binary | no text; `detail` what it is, '' where that is not known |
 * | archive | packed in a way that is not opened here; `detail` its kind |
 * | nested_zip | a zip in a zip |
 * | encrypted | a zip's file that has a password |
 * | compression | a zip's file, packed by a method that is not known; `detail` its number |
 * | zip_damaged | no zip to the end, or the file does not come out of it whole; `detail` what the reader said |
 * | zip_empty | nothing in it |
 * | too_many | a zip with more files than are opened; `detail` how many at the most |
 * | too_large | more bytes than are opened; `detail` how many at the most |
 * | bomb | comes out of the zip many times larger than a log would |
 * | same_text | the same bytes as another; `detail` its path |
 * | unreadable | the system refused; `detail` in its words |
 */
export type RefusalReason =
  | 'other_file'
  | 'empty'
  | 'binary'
  | 'archive'
  | 'nested_zip'
  | 'encrypted'
  | 'compression'
  | 'zip_damaged'
  | 'zip_empty'
  | 'too_many'
  | 'too_large'
  | 'bomb'
  | 'same_text'
  | 'unreadable';

/** A file that was not read, and why. */
export interface Refusal {
  path: string;
  reason: RefusalReason;
  detail: string;
}

/** Thrown while a file's bytes come out, and told of it: the others go on. */
export class FileRefused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusalText(refusal));
    this.name = 'FileRefused';
  }
}

/** What happened, and what to do, on one line. */
export function refusalText({ reason, detail }: Omit<Refusal, 'path'>): string {
  switch (reason) {
    case 'other_file':
      return 'skipped, its name is none of a log; name it by itself to have it read';
    case 'empty':
      return 'it is empty';
    case 'binary':
      return `it is no text${detail === '' ? '' : ` but ${detail}`}`;
    case 'archive':
      return `it is packed as ${detail}; unpack it, or pack the logs as zip`;
    case 'nested_zip':
      return 'a zip inside of a zip is not opened; unpack the outer one';
    case 'encrypted':
      return 'it has a password; unpack the zip, or pack it without one';
    case 'compression':
      return `the zip packs it by method ${detail}, which is not known here; pack it with the usual method (deflate)`;
    case 'zip_damaged':
      return `the zip is damaged or cut off (${detail}); copy it again`;
    case 'zip_empty':
      return 'there is nothing in the zip';
    case 'too_many':
      return `the zip holds more than ${detail} files; pack the logs alone`;
    case 'too_large':
      return `it is larger than ${detail} bytes; open it by itself, unpacked`;
    case 'bomb':
      return 'it comes out of the zip many times larger than any log would; it is not opened';
    case 'same_text':
      return `the same text as ${detail}; read once`;
    case 'unreadable':
      return `it cannot be read (${detail}); check its name and your rights`;
  }
}

/** Files of a folder that are named one by one as no logs; the others are counted. */
const mostNamed = 20;

/** Refusals as lines of a terminal. */
export function refusalLines(refused: readonly Refusal[]): string[] {
  const line = (one: Refusal) => `${one.path}: ${refusalText(one)}`;
  const others = refused.filter(({ reason }) => reason === 'other_file');
  return [
    ...refused.filter(({ reason }) => reason !== 'other_file').map(line),
    ...others.slice(0, mostNamed).map(line),
    ...(others.length > mostNamed ? [`and ${others.length - mostNamed} more files whose names are none of a log`] : []),
  ];
}
