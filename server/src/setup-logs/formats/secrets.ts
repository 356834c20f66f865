/**
 * Where secrets stand in a line. Every search here takes time in proportion to the line: a pattern such as
 * `[\w.-]*password[\w.-]*=` would begin anew at every letter of a long word, so the telling words are found first, and
 * what stands around them is looked at by hand.
 */

/** What stands in a secret's place: Windows Installer's own sign for a hidden property. */
export const hidden = '**********';

/** Words in a name whose values are secrets, wherever in it they stand: `DBPASSWORD`, `ProxyPwd`, `client_secret`. */
const secretWord =
  /pass(?:word|wd|phrase|code)|pwd|secret|token|(?:api|access|account|private|signing)[_-]?key|credential|connection[_-]?string|mot[_-]?de[_-]?passe|kennwort|passwort/gi;

/** A line in which none of this stands needs no closer look: nearly all of them. */
const suspicious =
  /pass(?:word|wd|phrase|code)|pwd|secret|token|(?:api|access|account|private|signing)[_-]?key|credential|connection[_-]?string|mot[_-]?de[_-]?passe|kennwort|passwort|\beyJ|:\/\/[^/\s]*@|bearer|basic\s|negotiate\s|ntlm\s|sig=|signature=|[?&]code=|net(?:\.exe)?\s+use\s|SecureString|\s\/r?p\s|MsiHidden|PRIVATE KEY/i;

/** A part of a line, from its first character to behind its last one. */
interface Span {
  start: number;
  end: number;
}

/** A name of a property, a parameter or an element. */
export interface Name extends Span {
  /** Its last telling word. */
  word: Span;
}

/** What takes the place of a part of a line. */
interface Edit extends Span {
  by: string;
}

/** Whether a line needs a closer look. */
export function isSuspicious(text: string): boolean {
  return suspicious.test(text);
}

/** The line without the values of everything that has a telling name or a telling form. */
export function withoutSecrets(line: string): string {
  let text = withoutProperties(line, secretNames(line));
  text = replaced(text, passwordsOfAddresses(text));
  text = text.replace(/(\b(?:Bearer|Basic|Negotiate|NTLM)\s+)(?=[\w+/=.~-]*[\d+/=.])[\w+/=.~-]{12,}/gi, `$1${hidden}`);
  text = replaced(text, contentsOfElements(text));
  text = replaced(text, valuesOfNames(text, secretNames(text), jsonValueAt));
  text = withoutAssigned(text, secretNames(text));
  text = replaced(text, valuesOfNames(text, secretNames(text), parameterValueAt));
  text = replaced(text, valuesBehind(text, /\bConvertTo-SecureString\s+(?:-String\s+)?/gi));
  text = replaced(text, passwordsOfShares(text));
  text = replaced(text, valuesBehind(text, /\s\/r?p\s+(?!\/)/gi));
  text = replaced(text, valuesOfNames(text, secretNames(text), spokenValueAt));
  text = text.replace(/([?&](?:sig|signature|code|x-amz-signature)=)[^&\s"']+/gi, `$1${hidden}`);
  return replaced(text, webTokens(text));
}

/** The line up to the value that Windows Installer prints of one of these properties; it may hold anything. */
export function withoutProperties(text: string, names: readonly Name[]): string {
  for (const { start, end } of names) {
    if (/\bProperty\(\w\): $/i.test(text.slice(Math.max(0, start - 14), start)) && text.startsWith(' = ', end))
      return text.slice(0, end + 3) + hidden;
    // PROPERTY CHANGE: Modifying NAME property. Its current value is 'old'. Its new value: 'new'.
    if (/\bPROPERTY CHANGE: \S+ $/i.test(text.slice(Math.max(0, start - 40), start)) && !wordAt(text, end)) {
      const quote = text.indexOf("'", end);
      if (quote >= 0) return `${text.slice(0, quote + 1)}${hidden}'`;
      break;
    }
  }
  return text;
}

/** The line without what is assigned to these names: NAME=value, NAME = "value"; also of a connection string. */
export function withoutAssigned(text: string, names: readonly Name[]): string {
  return replaced(text, valuesOfNames(text, names, assignedValueAt));
}

/** Every name in which a telling word stands; each letter belongs to one of them at the most. */
function secretNames(text: string): Name[] {
  const names: Name[] = [];
  let free = 0;
  for (const { index, 0: found } of text.matchAll(secretWord)) {
    const word = { start: index, end: index + found.length };
    const last = names.at(-1);
    if (last !== undefined && index < last.end) {
      last.word = word;
      continue;
    }
    let start = index;
    while (start > free && (wordAt(text, start - 1) || isOneOf('.$-', text, start - 1))) start--;
    let end = index;
    while (end < text.length && (wordAt(text, end) || isOneOf('.-', text, end))) end++;
    names.push({ start, end, word });
    free = end;
  }
  return names;
}

/** https://user:password@host: from behind the colon to the last @. */
function passwordsOfAddresses(text: string): Edit[] {
  const edits: Edit[] = [];
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', at + 3)) {
    if (!wordAt(text, at - 1) && !isOneOf('+.-', text, at - 1)) continue;
    const user = endOf(text, at + 3, '/:@"\'<>');
    if (text[user] !== ':') continue;
    const authority = text.slice(user + 1, endOf(text, user + 1, '/"\'<>'));
    const host = authority.lastIndexOf('@');
    if (host >= 0) edits.push({ start: user + 1, end: user + 1 + host, by: hidden });
  }
  return edits;
}

/** <Password>…</Password>, with a prefix and attributes. */
function contentsOfElements(text: string): Edit[] {
  const edits: Edit[] = [];
  let close = -1;
  for (const { start, end } of secretNames(text)) {
    let open = start - 1;
    if (text[open] === ':') {
      open--;
      while (open >= 0 && wordAt(text, open)) open--;
    }
    if (text[open] !== '<' || !(text[end] === '>' || spaceAt(text, end))) continue;
    // Looked for once: several names may lead to the same sign, or to none.
    if (close < end) close = text.indexOf('>', end);
    if (close === -1) break;
    const next = text.indexOf('<', close);
    const contentEnd = next === -1 ? text.length : next;
    if (contentEnd > close + 1) edits.push({ start: close + 1, end: contentEnd, by: hidden });
  }
  return edits;
}

/** net use Z: \\server\share value /user:… */
function passwordsOfShares(text: string): Edit[] {
  return [...valuesBehind(text, /\bnet(?:\.exe)?\s+use\s+(?:\w:\s+)?\\\\\S+\s+(?!\/)/gi)].filter(({ end }) =>
    /^\s+\/u/i.test(text.slice(end, end + 100)),
  );
}

/** JSON web tokens. */
function webTokens(text: string): Edit[] {
  const edits: Edit[] = [];
  let free = 0;
  for (const { index } of text.matchAll(/\beyJ/g)) {
    if (index < free) continue;
    const header = tokenEnd(text, index);
    free = header;
    if (header - index < 9 || text[header] !== '.') continue;
    const payload = tokenEnd(text, header + 1);
    if (payload === header + 1) continue;
    const end = text[payload] === '.' ? tokenEnd(text, payload + 1) : payload;
    free = end;
    edits.push({ start: index, end, by: hidden });
  }
  return edits;
}

/** NAME = value: where the value begins, or -1. */
function assignedValueAt(text: string, { end }: Name): number {
  const sign = afterSpace(text, end);
  return text[sign] === '=' ? afterSpace(text, sign + 1) : -1;
}

/** "name": "value" */
function jsonValueAt(text: string, { start, end }: Name): number {
  if (!isOneOf('"\'', text, start - 1) || !isOneOf('"\'', text, end)) return -1;
  const sign = afterSpace(text, end + 1);
  return text[sign] === ':' ? afterSpace(text, sign + 1) : -1;
}

/** /name:value, --name value, -Name value */
function parameterValueAt(text: string, { start, end }: Name): number {
  let sign = start;
  while (sign > 0 && start - sign < 2 && text[sign - 1] === '/') sign--;
  if (sign > 0 && !spaceAt(text, sign - 1) && !isOneOf('"\'(', text, sign - 1)) return -1;
  if (!isOneOf('-/', text, sign)) return -1;
  if (text[end] === ':') return end + 1;
  const value = afterSpace(text, end);
  return text[sign] === '-' && value > end && !isOneOf('-/', text, value) ? value : -1;
}

/** password: value, password is value */
function spokenValueAt(text: string, { word, end }: Name): number {
  if (word.end !== end || wordAt(text, word.start - 1)) return -1;
  let sign = afterSpace(text, end);
  if (text[sign] === ':') sign++;
  else if (sign > end && /^is\b/i.test(text.slice(sign, sign + 3))) sign += 2;
  else return -1;
  const value = afterSpace(text, sign);
  return text[value] === '*' ? -1 : value;
}

/** What stands where names have their values, by a way to find the place. */
function valuesOfNames(text: string, names: readonly Name[], valueAt: (text: string, name: Name) => number): Edit[] {
  const edits: Edit[] = [];
  let free = 0;
  for (const name of names) {
    if (name.start < free) continue;
    const start = valueAt(text, name);
    const end = start < 0 ? -1 : valueEnd(text, start);
    if (end < 0) continue;
    edits.push({ start, end, by: valueAt === jsonValueAt ? `"${hidden}"` : hidden });
    free = end;
  }
  return edits;
}

/** The values behind everything that a pattern finds. */
function* valuesBehind(text: string, pattern: RegExp): Generator<Edit> {
  let free = 0;
  for (const { index, 0: found } of text.matchAll(pattern)) {
    if (index < free) continue;
    const start = index + found.length;
    const end = valueEnd(text, start);
    if (end < 0) continue;
    yield { start, end, by: hidden };
    free = end;
  }
}

/**
 * The end of a value: in quotes with what is doubled or escaped inside, or up to the next space or closing sign; -1
 * where there is none.
 */
function valueEnd(text: string, start: number): number {
  const quote = text[start];
  if (quote !== '"' && quote !== "'") {
    const end = endOf(text, start, '"\';,&<>|)]}');
    return end > start ? end : -1;
  }
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote) {
      if (text[at + 1] !== quote) return at + 1;
      at++;
    }
  }
  return text.length;
}

/** The line with its parts replaced; a part within one that was replaced before it is gone with that one. */
function replaced(text: string, edits: Iterable<Edit>): string {
  let result = '';
  let done = 0;
  for (const { start, end, by } of edits) {
    if (start < done) continue;
    result += text.slice(done, start) + by;
    done = end;
  }
  return done === 0 ? text : result + text.slice(done);
}

/** Where the next space or one of these signs is, else the end. */
function endOf(text: string, from: number, signs: string): number {
  let at = from;
  while (at < text.length && !spaceAt(text, at) && !signs.includes(text[at]!)) at++;
  return at;
}

function afterSpace(text: string, from: number): number {
  let at = from;
  while (spaceAt(text, at)) at++;
  return at;
}

function tokenEnd(text: string, from: number): number {
  let at = from;
  while (wordAt(text, at) || text[at] === '-') at++;
  return at;
}

function isOneOf(signs: string, text: string, at: number): boolean {
  const sign = text[at];
  return sign !== undefined && signs.includes(sign);
}

function spaceAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 32 || (code >= 9 && code <= 13) || (code >= 0xa0 && /\s/.test(text[at] ?? ''));
}

function wordAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95;
}
