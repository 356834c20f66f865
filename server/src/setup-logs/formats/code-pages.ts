import { decodeWindows1252 } from '../../windows-1252.js';

/**
 * Windows Installer and old scripts write in the code page of the machine's language, and nothing in a file tells which.
 * What bytes a language's letters have beside each other does, line by line; where it does not, it is Windows-1252.
 */

type Decoder = InstanceType<typeof TextDecoder>;

const decoders = new Map<string, Decoder>();

function decoderOf(label: string): Decoder {
  let decoder = decoders.get(label);
  if (decoder === undefined) decoders.set(label, (decoder = new TextDecoder(label, { fatal: true })));
  return decoder;
}

function decoded(bytes: Uint8Array, label: string): string | null {
  try {
    return decoderOf(label).decode(bytes);
  } catch {
    return null;
  }
}

/** The text of a line of bytes that are no UTF-8. */
export function decodeCodePage(bytes: Uint8Array): string {
  return guessed(bytes) ?? decodeWindows1252(bytes);
}

interface Counts {
  /** High bytes in runs of at least four: no language of Western Europe has so many accents together. */
  inRuns: number;
  /** Of those, bytes below 0xC0, which no letter of an alphabet has. */
  lowInRuns: number;
  /** Of those, 0xDC to 0xDF: the accented vowels of Greek, capital letters that are rare in Russian. */
  greek: number;
  /** Of those, bytes that no Hebrew letter has. */
  notHebrew: number;
  /** 0x82 and 0x83, which begin a kana, but a comma and a florin sign elsewhere. */
  kanaLeads: number;
  /** A sign of Windows-1252 within a word: a letter of Central Europe. */
  centralEuropean: number;
}

const centralEuropean = new Set([0xa3, 0xa5, 0xaf, 0xb3, 0xb9, 0xbc, 0xbe, 0xbf]);
const isLetter = (byte = 0) => (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a);

function count(bytes: Uint8Array): Counts {
  const counts = { inRuns: 0, lowInRuns: 0, greek: 0, notHebrew: 0, kanaLeads: 0, centralEuropean: 0 };
  let from = 0;
  for (let at = 0; at <= bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x80) {
      if (byte === 0x82 || byte === 0x83) counts.kanaLeads++;
      const behind = bytes[at + 1] ?? 0;
      if (centralEuropean.has(byte) && isLetter(bytes[at - 1]) && (isLetter(behind) || behind >= 0xa0))
        counts.centralEuropean++;
      continue;
    }
    if (at - from >= 4) {
      for (let i = from; i < at; i++) {
        const one = bytes[i]!;
        counts.inRuns++;
        if (one < 0xc0) counts.lowInRuns++;
        else if (one >= 0xdc && one <= 0xdf) counts.greek++;
        if (one < 0xe0 || one > 0xfa) counts.notHebrew++;
      }
    }
    from = at + 1;
  }
  return counts;
}

function guessed(bytes: Uint8Array): string | null {
  const { inRuns, lowInRuns, greek, notHebrew, kanaLeads, centralEuropean: signs } = count(bytes);
  if (isDamagedUtf8(bytes)) return null;
  if (kanaLeads >= 2) {
    const text = decoded(bytes, 'shift_jis');
    if (text !== null && share(text, /[\u3040-\u30ff]/g) > 0.2) return text;
  }
  if (inRuns >= 4 && lowInRuns > inRuns * 0.1) return eastAsian(bytes);
  if (inRuns >= 4) {
    if (notHebrew === 0 && inRuns >= 12) return decoded(bytes, 'windows-1255');
    return decoded(bytes, greek > inRuns * 0.05 ? 'windows-1253' : 'windows-1251');
  }
  return signs > 0 ? decoded(bytes, 'windows-1250') : null;
}

/** Chinese and Korean, where all of a line's bytes are characters and most of these are of the language. */
function eastAsian(bytes: Uint8Array): string | null {
  const korean = decoded(bytes, 'euc-kr');
  if (korean !== null && share(korean, /[\uac00-\ud7a3]/g) > 0.85) return korean;
  // Traditional Chinese has second bytes below 0x80, which the common characters of the simplified one have not.
  const traditional = decoded(bytes, 'big5');
  const simplified = decoded(bytes, 'gbk');
  const inBig5 = traditional !== null && hasLowSecond(bytes);
  const text = inBig5 ? traditional : simplified;
  return text !== null && share(text, /[\u4e00-\u9fff]/g) > 0.6 ? text : null;
}

function hasLowSecond(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at]! < 0x81) continue;
    at++;
    if (bytes[at]! < 0x80) return true;
  }
  return false;
}

/** How many of the characters that are no ASCII and no punctuation are of one kind. */
function share(text: string, kind: RegExp): number {
  const others = text.match(/[^\0-\x7f\u2000-\u206f\u3000-\u303f\uff00-\uff0f\uff1a-\uff20]/g)?.length ?? 0;
  return others === 0 ? 0 : (text.match(kind)?.length ?? 0) / others;
}

/** UTF-8 with some broken characters: what it says of another code page would be chance. */
function isDamagedUtf8(bytes: Uint8Array): boolean {
  const text = lenient.decode(bytes);
  const broken = text.match(/\ufffd/g)?.length ?? 0;
  return (text.match(/[^\0-\x7f\ufffd]/g)?.length ?? 0) > broken;
}

const lenient = new TextDecoder('utf-8');
