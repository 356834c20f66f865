import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyHint, hint, hintsIn } from './hints.js';
import { isSuspicious } from './secrets.js';

/** Every way through a pattern of words: `a(?:b|c)d?` is abd, acd, ab, ac. Enough for those below. */
function waysThrough(pattern: string): string[] {
  const at = { place: 0 };
  const all = (): string[] => {
    const ways: string[] = [];
    let row = [''];
    for (; at.place < pattern.length && pattern[at.place] !== ')';) {
      if (pattern[at.place] === '|') {
        at.place++;
        ways.push(...row);
        row = [''];
        continue;
      }
      const next = one();
      const optional = pattern[at.place] === '?';
      if (optional) at.place++;
      row = row.flatMap((before) => [...next, ...(optional ? [''] : [])].map((piece) => before + piece));
    }
    return [...ways, ...row];
  };
  const one = (): string[] => {
    const sign = pattern[at.place++]!;
    if (sign === '(') {
      at.place += 2;
      const inner = all();
      at.place++;
      return inner;
    }
    if (sign === '[') {
      const end = pattern.indexOf(']', at.place);
      const signs = Array.from(pattern.slice(at.place, end));
      at.place = end + 1;
      return signs;
    }
    if (sign !== '\\') return [sign];
    const escaped = pattern[at.place++]!;
    if (escaped === 's') return [' ', '\t', '\u00a0', '\u3000', '\u2028'];
    if (escaped === 'd') return ['0', '7', '9'];
    return escaped === 'b' ? [''] : [escaped];
  };
  return all();
}

const secrets =
  'pass(?:word|wd|phrase|code)|pwd|secret|token|(?:api|access|account|private|signing)[_-]?key|credential|connection[_-]?string|mot[_-]?de[_-]?passe|kennwort|passwort|eyJ|://user:pw@|bearer|basic\\s|negotiate\\s|ntlm\\s|sig=|signature=|[?&]code=|net(?:\\.exe)?\\s\\s?use\\s|SecureString|\\s/r?p\\s|MsiHidden|PRIVATE KEY';
const codes = 'return|exit|err|fail|unable|code=|status|result|hr|rc|0x|[([][89c]';
const troubles =
  'errors?|fail(?:ed|ure|s)?|unable|couldn.t|could not|cannot|can.t|denied|invalid|not (?:found|supported|trusted|enough|installed correctly)|does(?: not|n.t)|no valid|required|missing|corrupt|timed out|abort|another in(?:stance|stallation)|exception|forbidden|failure exit code|will now abort|cannot continue|is exiting|Installation of x.msi ended with code 1|x.msi exited with return code 1';
const families: Partial<Record<keyof typeof hint, string>> = {
  secret: secrets,
  code: codes,
  negative: '-[12]\\d',
  trouble: troubles,
  warning: 'warn',
  exit: 'exited with return code',
  service: 'ccmsetup(?:\\.exe)? (?:as a )?service',
  mode: '/runservice|/uninstall',
  retry: 'Next retry in 5 minute|retry (?:attempt )?(?:in|after) 5 hour|retried',
  state: "STATEID='301'",
  done: 'successfully|succeeded|Downloading a complete|Download complete|Download update: complete',
  restart: 'reboot (?:is|was) required|restart of the server is pending|reboot pending|requires a restart',
  upgrade: 'Upgrading',
  numbered: 'Error \\d\\d\\d\\d[.。．] x|Error 2\\d\\d4\u200e. x',
  ignored: 'ignored|ignoring|not (?:a )?fatal|non-?fatal|retry|retried',
};

describe('what a line may hold', () => {
  test('no word that a pattern looks for is without its hint, in letters of any case, whatever stands around it', () => {
    const around = fc.string({
      unit: fc.constantFrom('', ' ', '"', '(', '~', 'é', '。', '\u200f', '.', '\t'),
      maxLength: 6,
    });
    for (const [name, pattern] of Object.entries(families)) {
      const ways = waysThrough(pattern);
      fc.assert(
        fc.property(fc.constantFrom(...ways), around, around, fc.nat(), (word, before, after, cases) => {
          const mixed = Array.from(word).map((one, at) =>
            (cases >> (at % 30)) & 1 ? one.toUpperCase() : one.toLowerCase(),
          );
          const text = before + (cases % 3 === 0 ? word : mixed.join('')) + after;
          return (hintsIn(text) & hint[name as keyof typeof hint]) !== 0;
        }),
        { numRuns: Math.max(1_000, ways.length * 20) },
      );
    }
  });

  test('a line that the patterns of secrets find something in has the hint, whatever it is made of', () => {
    const pieces = fc.constantFrom(
      ...waysThrough(secrets).flatMap((way) => [way, way.slice(1), way.slice(0, -1), way.toUpperCase()]),
      ...['net', 'use', ' ', '\u00a0', '\t', '/p', '/rp', '://', '@', 'a@b', '=', '_', '-', 'key', 'string', 'é', '\n'],
    );
    let suspicious = 0;
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
        const text = parts.join('');
        if (!isSuspicious(text)) return true;
        suspicious++;
        return (hintsIn(text) & hint.secret) !== 0;
      }),
      { numRuns: 20_000 },
    );
    expect(suspicious).toBeGreaterThan(2_000);
  });

  test('a long text has the hints of all its parts, those too that lie across two pieces of it', () => {
    const piece = 64 * 1024;
    for (let shift = -8; shift <= 1; shift++)
      for (const fill of ['x', 'é']) {
        const text = fill.repeat((piece + shift) / (fill === 'é' ? 2 : 1)) + 'password' + fill.repeat(100_000);
        expect(hintsIn(text) & hint.secret).not.toBe(0);
      }
    expect(hintsIn('x'.repeat(1_000_000))).toBe(0);
  });

  test('plain lines have none, and so cost no closer look', () => {
    for (const text of [
      '',
      'Downloading file number 17 of the content to the cache',
      'Executing op: FileCopy(SourceName=a.dll)',
    ])
      expect(hintsIn(text) & anyHint & ~hint.numbered).toBe(0);
  });
});
