import { errorCatalog, findRow } from './errors.js';
import { facilityOf, type Facility } from './facilities.js';
import { stateCatalog } from './states.js';
import { steps } from './tables/steps.js';
import type { Text } from './text.js';
import type { ErrorRow, Family, Outcome, StateRow } from './types.js';

/** One thing that a code or state can mean. */
export interface Meaning {
  kind: Family | 'state';
  /** Canonical code, or `topic/state`. */
  code: string;
  /** Symbols, separated by `, `; '' where it has none. */
  symbol: string;
  /** False where only the family or facility is known. */
  known: boolean;
  meaning: Text;
  /** What to do first; '' for what asks for nothing. */
  advice: Text;
  outcome: Outcome;
  /** The component that reports it. */
  area: string;
  /** Where the facts stand; '' where they follow from the number alone. */
  source: string;
  /** Of an HRESULT; null for the others. */
  facility: Facility | null;
  /** How else the same number is written. */
  spellings: string[];
}

/** What was looked for might be one of these. */
export interface Candidate {
  /** What to look for instead. */
  code: string;
  symbol: string;
  meaning: Text;
}

export interface Explanation {
  query: string;
  meanings: Meaning[];
  /** Only where there are no meanings: codes and states that resemble what was looked for. */
  candidates: Candidate[];
}

/** Longer than any code; longer input is no code, and is not searched. */
const longest = 100;
const mostCandidates = 8;

/**
 * What a code or state means, in every spelling that logs, consoles and people use: decimal, signed or not, hexadecimal
 * with or without `0x`, a symbol, `ccmsetup 7`, `message 1303`, a state as `313`, `800/313` or `topic 800 state 313`.
 * A number that stands for several things gives each of them. An HRESULT that is not in the catalogue still tells its
 * facility.
 */
export function explain(query: string): Explanation {
  const asked = query.length > longest ? '' : query.trim().replace(/^["'([{]+|["')\]}.,;:]+$/g, '');
  const meanings = asked === '' ? [] : meaningsOf(asked);
  return { query, meanings, candidates: meanings.length > 0 ? [] : candidatesFor(asked) };
}

function meaningsOf(asked: string): Meaning[] {
  const state = /^(?:topic\s*)?(\d{1,9})\s*(?:[/:,]|\s|state|état)+\s*(\d{1,9})$/i.exec(asked);
  if (state !== null) return stateMeanings(Number(state[1]), Number(state[2]));
  const [, word = '', rest = ''] = /^([a-zé]+\d*)\s+(\S+)$/i.exec(asked) ?? [];
  switch (word.toLowerCase()) {
    case 'state':
    case 'état':
      return stateMeanings(null, Number(rest));
    case 'ccmsetup':
    case 'msi':
    case 'message':
    case 'hresult':
      return numberMeanings(rest).filter(({ kind }) => kind === word.toLowerCase());
    case 'win32':
      // What Windows Installer returns are errors of Windows too.
      return numberMeanings(rest).filter(({ kind }) => kind === 'win32' || kind === 'msi');
    case 'error':
    case 'erreur':
    case 'code':
      return numberMeanings(rest).filter(({ kind }) => kind !== 'state');
    default: {
      const symbols = symbolMeanings(asked);
      return symbols.length > 0 ? symbols : numberMeanings(asked);
    }
  }
}

function symbolMeanings(symbol: string): Meaning[] {
  const wanted = symbol.toUpperCase();
  const rows = errorCatalog.filter(({ name }) => name.split(', ').includes(wanted));
  // What a header calls an HRESULT is looked up as one; the number that it carries says the same once more.
  const hresult = rows.filter(({ family }) => family === 'hresult');
  return (/^[A-Z]+_E_|^E_/.test(wanted) && hresult.length > 0 ? hresult : rows).map(meaningOfRow);
}

/** A number as people write it. Null for what is none, or larger than a code. */
function numberOf(text: string): { value: number; isHex: boolean } | null {
  const hex = /^(?:0x|&h)?(?:f{8})?([0-9a-f]{1,8})h?$/i.exec(text);
  const isMarked = /^0x|^&h|h$/i.test(text);
  if (hex !== null && (isMarked || /[a-f]/i.test(text) || /^8[0-9]{7}$/.test(text)))
    return { value: Number.parseInt(hex[1]!, 16), isHex: true };
  if (!/^[-−+]?\d{1,10}$/.test(text)) return null;
  const value = Number(text.replace('−', '-'));
  if (value < 0) return value < -(2 ** 31) ? null : { value: value + 2 ** 32, isHex: true };
  return value >= 2 ** 32 ? null : { value, isHex: false };
}

function numberMeanings(text: string): Meaning[] {
  const number = numberOf(text);
  if (number === null) return [];
  const { value, isHex } = number;
  if (value >= 2 ** 31) return [hresultMeaning(value)];
  const families: Family[] = isHex ? ['msi', 'win32'] : ['msi', 'ccmsetup', 'win32', 'message'];
  const found = families.map((family) => findRow(family, String(value))).filter((row) => row !== undefined);
  return [...found.map(meaningOfRow), ...(isHex ? [] : stateMeanings(null, value))];
}

function meaningOfRow(row: ErrorRow): Meaning {
  const value = Number(row.code);
  return {
    kind: row.family,
    code: row.code,
    symbol: row.name,
    known: true,
    meaning: { en: row.text, fr: row.textFr },
    advice: { en: row.advice, fr: row.adviceFr },
    outcome: row.outcome,
    area: row.area,
    source: row.source,
    facility: row.family === 'hresult' ? facilityOf(value) : null,
    spellings: spellingsOf(row.family, value),
  };
}

function spellingsOf(family: Family, value: number): string[] {
  if (family === 'ccmsetup' || family === 'message' || value === 0) return [];
  const short = `0x${value.toString(16).toUpperCase()}`;
  if (family !== 'hresult') return [short, `0x${(0x8007_0000 + value).toString(16).toUpperCase()}`];
  const carried = value >= 0x8007_0000 && value <= 0x8007_ffff ? [`Win32 ${value - 0x8007_0000}`] : [];
  return [String(value - 2 ** 32), String(value), ...carried];
}

/** The meaning of an HRESULT, or, where it is not in the catalogue, of its parts. */
function hresultMeaning(value: number): Meaning {
  const code = `0x${value.toString(16).toUpperCase()}`;
  const row = findRow('hresult', code);
  if (row !== undefined) return meaningOfRow(row);
  return {
    kind: 'hresult',
    code,
    symbol: '',
    known: false,
    meaning: partsOf(value),
    advice: steps.readLines,
    outcome: 'failed',
    area: facilityOf(value).name,
    source: '',
    facility: facilityOf(value),
    spellings: spellingsOf('hresult', value),
  };
}

function partsOf(value: number): Text {
  const { number, name } = facilityOf(value);
  const low = value % 0x1_0000;
  if (number === 7) {
    return {
      en: `Win32 error ${low}, which is not in the catalogue; net helpmsg ${low} on a Windows machine gives its text`,
      fr: `Erreur Win32 ${low}, absente du catalogue ; net helpmsg ${low} sur une machine Windows en donne le texte`,
    };
  }
  if (number === 25) return { en: `HTTP status ${low}`, fr: `État HTTP ${low}` };
  if (name === '') {
    return {
      en: `Not in the catalogue; facility ${number} is not known, its code is ${low}`,
      fr: `Absent du catalogue ; l’origine ${number} est inconnue, son code est ${low}`,
    };
  }
  return {
    en: `Not in the catalogue; it comes from ${name} (facility ${number}), whose code is ${low}`,
    fr: `Absent du catalogue ; il vient de ${name} (origine ${number}), dont le code est ${low}`,
  };
}

function stateMeanings(topicType: number | null, stateId: number): Meaning[] {
  return stateCatalog
    .filter((row) => row.stateId === stateId && (topicType === null || row.topicType === topicType))
    .map(meaningOfState);
}

function meaningOfState(row: StateRow): Meaning {
  return {
    kind: 'state',
    code: `${row.topicType}/${row.stateId}`,
    symbol: row.topicName,
    known: true,
    meaning: { en: row.text, fr: row.textFr },
    advice: { en: row.advice, fr: row.adviceFr },
    outcome: row.outcome,
    area: 'Configuration Manager',
    source: row.source,
    facility: null,
    spellings: [],
  };
}

/** Codes and states that resemble what was looked for: every word of it is in the symbol, the code or a text. */
function candidatesFor(asked: string): Candidate[] {
  const words = folded(asked).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const matches = (texts: string[]) => {
    const all = folded(texts.join(' '));
    return words.every((word) => all.includes(word));
  };
  const listed = new Set<string>();
  const found: Candidate[] = [];
  const add = (candidate: Candidate) => {
    // As an HRESULT a code of Windows says the same again.
    if (listed.has(candidate.meaning.en) || found.length >= mostCandidates) return;
    listed.add(candidate.meaning.en);
    found.push(candidate);
  };
  for (const row of stateCatalog) {
    if (row.stateId !== null && matches([row.topicName, `${row.topicType}/${row.stateId}`, row.text, row.textFr]))
      add(asCandidate(meaningOfState(row)));
  }
  for (const row of errorCatalog) {
    if (matches([row.code, row.name, row.text, row.textFr])) add(asCandidate(meaningOfRow(row)));
  }
  return found;
}

function asCandidate({ kind, code, symbol, meaning }: Meaning): Candidate {
  return { code: kind === 'ccmsetup' || kind === 'message' ? `${kind} ${code}` : code, symbol, meaning };
}

/** For comparing: without case and accents. */
function folded(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
