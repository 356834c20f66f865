/** The head and body that a client's request has at the most; others are as good with Node's parser. */
const mostHeadBytes = 4 * 1024;
const mostBodyBytes = 16 * 1024;

const headEnd = Buffer.from('\r\n\r\n');
const firstLine = /^POST \/SMS_FSP(?:\/[\w.~-]*)? HTTP\/1\.1$/;
const field = /^([\w-]{1,64}): ?([\t -~]*)$/;
/** Fields that say how a request is to be read, by whom it was sent, or what is to become of its connection. */
const saysMore =
  /^(?:content-encoding|transfer-encoding|expect|upgrade|trailer|te|connection|proxy-connection|x-forwarded-for)$/i;

/**
 * The body of a request that is laid out as clients lay it out: a `POST` of a report with a length, of bytes that are all
 * there and followed by none. Undefined where the body is not there yet; null for whatever else there is, which Node's
 * parser reads. What is taken for usual here, that one reads alike: a test compares them.
 */
export function usualRequest(bytes: Buffer): Buffer | undefined | null {
  const head = reportHead(bytes);
  if (head === null || head.length > mostBodyBytes) return null;
  const body = bytes.subarray(head.end);
  if (body.length > head.length) return null;
  return body.length < head.length ? undefined : body;
}

/** Of a request laid out so of which the body is larger and not all there: its length, and what is there. */
export function largeRequest(bytes: Buffer): { length: number; begin: Buffer } | null {
  const head = reportHead(bytes);
  if (head === null || head.length <= mostBodyBytes || bytes.length - head.end >= head.length) return null;
  return { length: head.length, begin: bytes.subarray(head.end) };
}

function reportHead(bytes: Buffer): { length: number; end: number } | null {
  const end = bytes.subarray(0, mostHeadBytes).indexOf(headEnd);
  if (end === -1) return null;
  const lines = bytes.toString('latin1', 0, end).split('\r\n');
  if (!firstLine.test(lines[0]!)) return null;
  let length: number | undefined;
  let hosts = 0;
  for (let index = 1; index < lines.length; index++) {
    const [, name = '', value = ''] = field.exec(lines[index]!) ?? [];
    if (name === '' || (saysMore.test(name) && !/^connection: ?keep-alive$/i.test(lines[index]!))) return null;
    if (/^host$/i.test(name)) hosts++;
    else if (/^content-length$/i.test(name)) {
      if (length !== undefined || !/^\d{1,15}$/.test(value)) return null;
      length = Number(value);
    }
  }
  return hosts === 1 && length !== undefined ? { length, end: end + headEnd.length } : null;
}
