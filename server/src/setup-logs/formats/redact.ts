/**
 * Secrets in logs. Windows Installer prints every property with its value, and command lines hold passwords; a log is
 * redacted line by line before anything else reads it, so that no record, cause, export or table can carry one.
 */

/** What stands in a secret's place: Windows Installer's own sign for a hidden property. */
const hidden = '**********';

/** Names whose values are secrets, wherever in a name the word stands: `DBPASSWORD`, `ProxyPwd`, `client_secret`. */
const secretWord =
  '(?:pass(?:word|wd|phrase|code)|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|signing[_-]?key|credential|connection[_-]?string|mot[_-]?de[_-]?passe|kennwort|passwort)';
const secretName = `[\\w.$-]*${secretWord}s?[\\w.-]*`;
/** A value: in quotes with what is doubled or escaped inside, or up to the next space or closing sign. */
const value = `(?:"(?:[^"\\\\]|\\\\.|"")*"?|'(?:[^'\\\\]|\\\\.|'')*'?|[^\\s"';,&<>|)\\]}]+)`;

interface Rule {
  pattern: RegExp;
  replacement: string;
}

const rules: readonly Rule[] = [
  // Property(S): NAME = value: to the end of the line, for a value may hold anything.
  {
    pattern: new RegExp(`(\\bProperty\\(\\w\\): ${secretName} = ).*`, 'gi'),
    replacement: `$1${hidden}`,
  },
  // PROPERTY CHANGE: Modifying NAME property. Its current value is 'old'. Its new value: 'new'.
  {
    pattern: new RegExp(`(\\bPROPERTY CHANGE: \\S+ ${secretName}\\b[^']*').*`, 'gi'),
    replacement: `$1${hidden}'`,
  },
  // https://user:password@host
  { pattern: /(\b[a-z][a-z0-9+.-]*:\/\/[^/\s:@"'<>]*:)[^\s/"'<>]*(?=@)/gi, replacement: `$1${hidden}` },
  // Authorization: Bearer …, Basic …
  {
    pattern:
      /(\b(?:Authorization\s*[:=]\s*)?(?:Bearer|Basic|Negotiate|NTLM)\s+)(?=[\w+/=.~-]*[\d+/=.])[\w+/=.~-]{12,}/gi,
    replacement: `$1${hidden}`,
  },
  // <Password>…</Password>, and what attributes it has
  {
    pattern: new RegExp(`(<(?:\\w+:)?${secretName}(?:\\s[^>]*)?>)[^<]+`, 'gi'),
    replacement: `$1${hidden}`,
  },
  // "password": "…"
  { pattern: new RegExp(`(["']${secretName}["']\\s*:\\s*)${value}`, 'gi'), replacement: `$1"${hidden}"` },
  // NAME=value, NAME = value, /name:value, --name=value, Password=…; of a connection string
  { pattern: new RegExp(`(\\b${secretName}\\s*=\\s*)${value}`, 'gi'), replacement: `$1${hidden}` },
  { pattern: new RegExp(`((?:^|[\\s"'(])[-/]{1,2}${secretName}:)${value}`, 'gi'), replacement: `$1${hidden}` },
  // -Password value, --token value
  { pattern: new RegExp(`((?:^|[\\s"'(])--?${secretName}\\s+)(?![-/])${value}`, 'gi'), replacement: `$1${hidden}` },
  // ConvertTo-SecureString 'value'
  { pattern: new RegExp(`(\\bConvertTo-SecureString\\s+(?:-String\\s+)?)${value}`, 'gi'), replacement: `$1${hidden}` },
  // net use \\server\share value /user:…
  {
    pattern: new RegExp(`(\\bnet(?:\\.exe)?\\s+use\\s+(?:\\w:\\s+)?\\\\\\\\\\S+\\s+)(?!/)${value}(?=\\s+/u)`, 'gi'),
    replacement: `$1${hidden}`,
  },
  // msiexec, schtasks, net user: /p value and /rp value beside a user's name
  { pattern: new RegExp(`(\\s/r?p\\s+)(?!/)${value}`, 'gi'), replacement: `$1${hidden}` },
  // password: value, password is value
  { pattern: new RegExp(`(\\b${secretWord}\\s*(?::|\\bis\\b)\\s*)(?!\\*)${value}`, 'gi'), replacement: `$1${hidden}` },
  // Signatures of storage addresses (SAS), JSON web tokens
  { pattern: /([?&](?:sig|signature|code|x-amz-signature)=)[^&\s"']+/gi, replacement: `$1${hidden}` },
  { pattern: /\beyJ[\w-]{6,}\.[\w-]+(?:\.[\w-]*)?/g, replacement: hidden },
];

/** A line in which none of this stands needs no closer look: nearly all of them. */
const suspicious = new RegExp(
  `${secretWord}|\\beyJ|:\\/\\/[^/\\s]*@|bearer|basic\\s|negotiate\\s|ntlm\\s|sig=|signature=|[?&]code=|net(?:\\.exe)?\\s+use\\s|SecureString|\\s/r?p\\s|MsiHidden|PRIVATE KEY`,
  'i',
);

/** Redacts the lines of one log in their order: what it learns of hidden properties holds for the lines that follow. */
export class Redactor {
  private hiddenNames: RegExp | null = null;
  private readonly names = new Set<string>();
  private inKey = false;

  /** @param hiddenProperties properties known to be hidden, beyond those with a telling name */
  constructor(hiddenProperties: Iterable<string> = []) {
    this.learn(hiddenProperties);
  }

  redact(line: string): string {
    if (this.inKey) return this.redactKey(line);
    let text = line;
    if (suspicious.test(text)) {
      this.learn(hiddenProperties(text));
      if (text.includes('PRIVATE KEY-----')) return this.redactKey(text);
      for (const { pattern, replacement } of rules) text = text.replace(pattern, replacement);
    }
    if (this.hiddenNames?.test(text)) text = this.redactHidden(text);
    return text;
  }

  private redactHidden(text: string): string {
    const names = [...this.names].map(escaped).join('|');
    return text
      .replace(new RegExp(`(\\bProperty\\(\\w\\): (?:${names}) = ).*`, 'g'), `$1${hidden}`)
      .replace(new RegExp(`(\\bPROPERTY CHANGE: \\S+ (?:${names})\\b[^']*').*`, 'g'), `$1${hidden}'`)
      .replace(new RegExp(`(\\b(?:${names})\\s*=\\s*)(?!\\*)${value}`, 'g'), `$1${hidden}`);
  }

  /** A key in PEM form is of several lines: all between its marks goes. */
  private redactKey(line: string): string {
    const begins = line.indexOf('-----BEGIN');
    const ends = /-----END [A-Z ]*PRIVATE KEY-----/.exec(line);
    const before = begins >= 0 && !this.inKey ? line.slice(0, begins) : '';
    this.inKey = ends === null;
    return before + hidden + (ends === null ? '' : line.slice(ends.index + ends[0].length));
  }

  private learn(names: Iterable<string>): void {
    const known = this.names.size;
    for (const name of names) this.names.add(name);
    if (this.names.size > known) this.hiddenNames = new RegExp(`\\b(?:${[...this.names].map(escaped).join('|')})\\b`);
  }
}

/** The names that an `MsiHiddenProperties` line gives; Windows Installer's way to keep values out of its log. */
export function hiddenProperties(line: string): string[] {
  const names = /\bMsiHiddenProperties\b\s*(?:=|property\b[^']*')\s*([\w.;]+)/.exec(line)?.[1] ?? '';
  return names.split(';').filter((name) => /^\w[\w.]*$/.test(name));
}

function escaped(name: string): string {
  return name.replaceAll('.', '\\.');
}
