/**
 * What a line may hold, found in one pass over it. Patterns that look for many words at every place of a text cost more
 * than all the rest of its reading, and nearly no line holds any of them: so each family of words is told by three
 * characters that seldom stand together elsewhere, and its patterns are tried where these do.
 *
 * A hint is never missing where one of its patterns would match, whatever the case of the letters; that it is there says
 * only that one may. `hints.test.ts` holds the two together.
 */
export const hint = {
  /** See `secrets.ts`. */
  secret: 1 << 0,
  /** An error code, or a word that one stands behind; see `codes.ts`. */
  code: 1 << 1,
  /** A minus and a number; see `codes.ts`. */
  negative: 1 << 2,
  /** Words for what goes wrong, in English. */
  trouble: 1 << 3,
  warning: 1 << 4,
  /** `exited`, `exiting`, `exit code`. */
  exit: 1 << 5,
  service: 1 << 6,
  /** `/runservice`, `/uninstall`. */
  mode: 1 << 7,
  /** `retry`, and what else a try that failed is called. */
  retry: 1 << 8,
  /** `STATEID`. */
  state: 1 << 9,
  /** `complete`, `successfully`, `succeeded`. */
  done: 1 << 10,
  /** `reboot`, `restart`. */
  restart: 1 << 11,
  upgrade: 1 << 12,
  /** A number with a full stop, or something that is not of ASCII, behind it. */
  numbered: 1 << 13,
  /** `ignored`, `ignoring`, `not fatal`, `will retry`. */
  ignored: 1 << 14,
} as const;

/** Where nothing is known of a text: everything may be in it. */
export const anyHint = (1 << 15) - 1;

/**
 * Three characters each: a tab is any white space, `#` a digit, `^` what is no part of a word, `*` anything, and `é` any
 * byte of a character that is not of ASCII.
 */
const grams: Record<keyof typeof hint, string> = {
  // password, passwd, passwort; passphrase; passcode; mot de passe; pwd; secret; token; …key; credential; …string and
  // SecureString; kennwort; eyJ; user:password@host; bearer; basic; negotiate; ntlm; sig=; signature=; code=; net use;
  // /p and /rp; MsiHidden
  secret:
    'ssw ssp ssc mot pwd ecr oke pik pi_ pi- ske tke eke gke _ke -ke e\tk ede rin nnw eyj **@ bea asi neg tlm ig= re= de= t\tu \t\tu é\tu éus t.e \t/p \t/r é/p é/r ihi',
  // return; exit; err; fail; unable; code=; status; result; hr; rc; 0x; (8 …
  code: 'tur xit err fai una de= tus sul ^hr ^rc *0x *(8 *(9 *(c *[8 *[9 *[c',
  negative: '-1# -2#',
  // error; fail; unable; could not; cannot; can't; denied; invalid; not …; does not; no valid; required; missing;
  // corrupt; timed out; abort; another; code; exit; exception; forbidden
  trouble: 'err fai una uld nno can nie nva ot\t oes o\tv qui iss rru med bor oth cod xit xce rbi',
  warning: 'arn',
  exit: 'xit',
  service: 'rvi',
  mode: '/ru /un',
  retry: 'etr',
  state: 'eid',
  done: 'mpl ucc',
  restart: 'boo est',
  upgrade: 'pgr',
  numbered: '##. ##é é#. *é#',
  ignored: 'ign fat etr',
};

const bits = 6;
const places = 1 << bits;
const space = 0;
const wide = 1;
const letter = 2;
const digit = letter + 26;
const others = '_-=/.@([';
const other = digit + 10;
const rest = other + others.length;

/** The class of each byte of a text in UTF-8: letters of both cases are one. */
const classes = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x80) return wide;
  // Of control characters only some are white space; nothing here rests on the difference.
  if (byte <= 0x20 || byte === 0x7f) return space;
  if (byte >= 0x30 && byte <= 0x39) return digit + byte - 0x30;
  const lower = byte | 0x20;
  if (lower >= 0x61 && lower <= 0x7a) return letter + lower - 0x61;
  const at = others.indexOf(String.fromCharCode(byte));
  return at < 0 ? rest : other + at;
});

function classesOf(sign: string): number[] {
  const all = Array.from({ length: rest + 1 }, (_, one) => one);
  switch (sign) {
    case '\t':
      return [space];
    case 'é':
      return [wide];
    case '*':
      return all;
    case '#':
      return all.filter((one) => one >= digit && one < other);
    case '^':
      return all.filter((one) => one < letter || (one >= other && one !== other + others.indexOf('_')));
    default:
      return [classes[sign.charCodeAt(0)]!];
  }
}

const hintsOf = new Uint16Array(places ** 3);
for (const [name, list] of Object.entries(grams)) {
  for (const gram of list.split(' ')) {
    const [first = [], second = [], third = []] = Array.from(gram, classesOf);
    for (const a of first)
      for (const b of second)
        for (const c of third) hintsOf[(a << (2 * bits)) | (b << bits) | c]! |= hint[name as keyof typeof hint];
  }
}

const encoder = new TextEncoder();
const room = new Uint8Array(64 * 1024);

/** The hints of a text, as bits of {@link hint}. Takes time in proportion to its length. */
export function hintsIn(text: string): number {
  let hints = 0;
  let last = 0;
  for (let from = 0; from < text.length;) {
    const { read, written } = encoder.encodeInto(from === 0 ? text : text.slice(from), room);
    let before = last >> bits;
    let one = last & (places - 1);
    let at = 0;
    // Four at a time: that is twice as fast.
    for (; at + 3 < written; at += 4) {
      const a = classes[room[at]!]!;
      const b = classes[room[at + 1]!]!;
      const c = classes[room[at + 2]!]!;
      const d = classes[room[at + 3]!]!;
      hints |=
        hintsOf[(before << (2 * bits)) | (one << bits) | a]! |
        hintsOf[(one << (2 * bits)) | (a << bits) | b]! |
        hintsOf[(a << (2 * bits)) | (b << bits) | c]! |
        hintsOf[(b << (2 * bits)) | (c << bits) | d]!;
      before = c;
      one = d;
    }
    for (; at < written; at++) {
      const a = classes[room[at]!]!;
      hints |= hintsOf[(before << (2 * bits)) | (one << bits) | a]!;
      before = one;
      one = a;
    }
    last = (before << bits) | one;
    from += read;
  }
  return hints;
}
