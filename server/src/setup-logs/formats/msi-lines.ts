/**
 * What single lines of Windows Installer say, in any language (domain/logs.md §4): only numbers, the order of what
 * stands in a line, and the engine's own untranslated words are read. Every pattern looks at a bounded piece of a line.
 */
import { anyHint, hint } from './hints.js';

/** Marks for the direction of text, which logs in Arabic and Hebrew are full of. */
const directions = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const longestHead = 300;
const apostrophe = 39;
const colon = 58;
const hyphen = 45;
const point = 46;
/** `Action start 10:11:12: Name.`: words, a time of day with colons or dots, a colon. */
const action =
  /^(\p{L}[\p{L}\p{M}'’\s:：-]{0,80}?)(?<=[\s:：])([01]?\d|2[0-3])([:.])([0-5]\d)\3([0-5]\d)(?:\s?[AaPp]\.?[Mm]\.?)?\s?[:：]\s?(?=\S)/u;
const actionName = /^([\w{}-]+(?:\.[\w{}-]+)*)[.。．]\s*/u;
const returnValue = /^[^\d.。．]{1,60}(\d)[.。．]?$/u;

function hasDirections(text: string): boolean {
  return text.search(directions) >= 0;
}

/** The first line of a text without direction marks, as far as a pattern looks at it. */
function headOf(text: string): string {
  const end = text.indexOf('\n');
  const head = text.slice(0, end < 0 ? longestHead : Math.min(end, longestHead));
  return hasDirections(head) ? head.replaceAll(directions, '') : head;
}

/** Whether a line begins with words and a number behind them, as one does that tells of an action. */
function mayTellAction(text: string): boolean {
  for (let at = 0; at < text.length && at < longestHead; at++) {
    const code = text.charCodeAt(at);
    const letter = (code | 32) >= 97 && (code | 32) <= 122;
    if (letter || code <= 32 || code >= 128 || code === colon || code === hyphen || code === apostrophe) continue;
    return at > 0 && code >= 48 && code <= 57;
  }
  return false;
}

/** Hour, minute, second and millisecond of a line that tells of an action; null for any other line. */
export function timeOfAction(text: string): string[] | null {
  const found = mayTellAction(text) ? action.exec(headOf(text)) : null;
  return found === null ? null : [found[2] ?? '', found[4] ?? '', found[5] ?? '', '0'];
}

/** A line that tells of an action: `Action start 10:11:12: Name.`, `Action ended 10:11:13: Name. Return value 3.` */
export interface ActionLine {
  /** The words before the time: `Action start`. */
  phrase: string;
  name: string;
  /** The number that it ended with, where it tells one. */
  value: number | null;
  /** True where something else stands behind the name: the line only says what comes. */
  described: boolean;
}

/** What a line tells of an action, in any language; null for any other line. */
export function actionLine(message: string): ActionLine | null {
  if (!mayTellAction(message)) return null;
  const head = headOf(message);
  const found = action.exec(head);
  if (found === null) return null;
  const named = actionName.exec(head.slice(found[0].length));
  if (named === null) return null;
  const tail = head.slice(found[0].length + named[0].length).trimEnd();
  const value = returnValue.exec(tail)?.[1];
  return {
    phrase: (found[1] ?? '').trim(),
    name: named[1] ?? '',
    value: value === undefined ? null : Number(value),
    described: tail !== '' && value === undefined,
  };
}

/** `Action ended 10:11:13: Name. Return value 3.`, in any language: a sentence that ends in one digit. */
export function actionEnded(message: string): { name: string; value: number } | null {
  const line = actionLine(message);
  return line === null || line.value === null || line.phrase === 'Action'
    ? null
    : { name: line.name, value: line.value };
}

/** What the engine's main thread, or the sentence at the end that tells the status, gives as result. */
export function resultOf(message: string): number | null {
  if (message.startsWith('MainEngineThread is returning ') || message.startsWith('Back from server. Return value: ')) {
    const returned = /^[^\d\n]{20,40}(\d{1,10})/.exec(message)?.[1];
    if (returned !== undefined) return Number(returned);
  }
  return summaryOf(message)?.status ?? null;
}

export interface Summary {
  productName: string;
  productVersion: string;
  status: number;
}

/** Longer than any summary: names of products and makers have at most 255 characters. */
const longestSummary = 4_000;
const statusAtEnd = /[:：]\s?(\d{1,5})\s?[.。．]?\s*$/u;
/** A version, and behind it the number of a language under a label of its own. */
const versionAndLanguage =
  /[:：]\s?(\d{1,9}(?:\.\d{1,9}){0,3})\s?[.。．,，、;；]\s?[^\d:：.。．]{1,60}[:：]\s?\d{1,5}(?:,\d{1,5})*\s?[.。．,，、;；]/gu;
/** What stands between the fields of a summary; some languages have commas. */
const separators = ['. ', '.\u00a0', ', ', '; ', '。', '．', '、', '，', '；'];
/** `Type of System Restart: 1. Reason for Restart: 1.`: a sentence of the same shape that tells no status. */
const restartAtEnd = /[:：]\s?\d\s?[.。．]\s?[^\d:：.。．]{1,80}[:：]\s?\d\s?[.。．]?\s*$/u;

/**
 * The summary that Windows Installer also writes to the event log: product, version, language, manufacturer and status
 * in their order, in the machine's language (`Produktname: … Produktversion: … Produktsprache: … `), with full stops
 * and colons of any width.
 */
export function summaryOf(message: string): Summary | null {
  const end = message.indexOf('\n');
  const length = end < 0 ? message.length : end;
  if (length > longestSummary || length < 30) return null;
  const last = message.charCodeAt(length - 1);
  const mayEnd = last === point || (last >= 48 && last <= 57) || last <= 32 || last >= 128;
  // Nearly every line ends in something else than a number and a full stop.
  if (!mayEnd) return null;
  if (!/\d\s?[.。．]?\s*$/u.test(message.slice(Math.max(0, length - 20), length).replaceAll(directions, '')))
    return null;
  const text = message.slice(0, length).replaceAll(directions, '');
  const status = statusAtEnd.exec(text.slice(-40))?.[1];
  if (status === undefined) return null;
  const version = versionIn(text);
  if (version === undefined || restartAtEnd.test(text.slice(version.index + version[0].length))) return null;
  const before = text.slice(0, version.index);
  const colon = before.search(/[:：]/);
  // Of full stops in a product's own name the last one ends it: the label of the version has none.
  const stop = Math.max(...separators.map((separator) => before.lastIndexOf(separator)));
  const name = colon >= 0 && stop > colon ? before.slice(colon + 1, stop).trim() : '';
  return { productName: name, productVersion: version[1] ?? '', status: Number(status) };
}

/**
 * Whether a text is the sentence that asks for a restart, in any language: product, version, language and manufacturer,
 * then two numbers. A log without the engine's own lines has nothing else that tells of it.
 */
export function asksForRestart(message: string): boolean {
  if (message.length > longestSummary || !/\d\s?[.。．]?\s*$/u.test(message.slice(-20).replaceAll(directions, '')))
    return false;
  const text = message.replaceAll(directions, '').trimEnd();
  const version = versionIn(text);
  return version !== undefined && restartAtEnd.test(text.slice(version.index + version[0].length));
}

/** The last version and language behind which other fields stand. */
function versionIn(text: string): RegExpExecArray | undefined {
  return [...text.matchAll(versionAndLanguage)].findLast(({ 0: whole, index }) =>
    /[:：]/.test(text.slice(index + whole.length)),
  );
}

/** The word for an error, in the languages of Windows, as error messages of Windows Installer begin. */
const errorWords =
  /^(?:internal )?(?:error|erro|errore|erreur|fehler|fout|fel|fejl|feil|virhe|błąd|chyba|hiba|eroare|hata|greška|greska|napaka|kļūda|klaida|viga|lỗi|ralat|kesalahan|ошибка|внутренняя ошибка|помилка|грешка|σφάλμα|错误|錯誤|エラー|内部错误|内部エラー|오류|خطأ|שגיאה|ข้อผิดพลาด)$/iu;
const notErrorWords =
  /^(?:info\p{L}*|warn\p{L}*|avert\p{L}*|avvis\p{L}*|advert\p{L}*|aviso|avis|waarschuwing|varning|advarsel|varoitus|ostrzeżenie|upozorn\p{L}*|figyelmeztet\p{L}*|avertis\p{L}*|uyarı|предупреждение|сведения|警告|信息|資訊|情報|경고|정보|تحذير|אזהרה)/iu;
const numbered = /(\p{L}[\p{L}\p{M} \u00a0]{1,24}?)[ \u00a0]?(\d{4,5})[.。．] ?(?=\S)/uy;
/** What such a message stands behind, where it does not begin its text. */
const before = /-- |\n/g;

/**
 * The number of an error message in a record's text: `-- Error 25140. Setup was unable …`, `Erreur 1722. …`, `错误 1920。`.
 * Numbers of 1100 to 1999 and from 25000 are errors, those between are of the engine's own and for people who make
 * packages. Elsewhere than behind a product's name the word must be one for an error.
 * @param hints what the text may hold, where that is known
 */
export function errorNumberOf(message: string, hints = anyHint): number | null {
  if ((hints & hint.numbered) === 0) return null;
  const text = hasDirections(message) ? message.replaceAll(directions, '') : message;
  let named = false;
  for (let from = 0; ;) {
    numbered.lastIndex = from;
    const [, word = '', digits] = numbered.exec(text) ?? [];
    const number = Number(digits);
    if ((number >= 1100 && number < 2000) || (number >= 25_000 && number < 35_000))
      if (named ? !notErrorWords.test(word) : errorWords.test(word.trim())) return number;
    before.lastIndex = from;
    const next = before.exec(text);
    if (next === null) return null;
    named = next[0] === '-- ';
    from = before.lastIndex;
  }
}

/**
 * `CustomAction X returned actual error code 1603`, the engine's own words, which are never translated; ignored where
 * the package goes on in spite of it.
 */
export function customActionResult(message: string): { name: string; code: number; ignored: boolean } | null {
  const at = message.indexOf(' returned actual error code ');
  if (at < 0) return null;
  const name = /CustomAction (\S{1,200})$/.exec(message.slice(Math.max(0, at - 220), at))?.[1];
  const digits = /^ returned actual error code (-?\d{1,10})/.exec(message.slice(at, at + 60))?.[1];
  if (digits === undefined) return null;
  const ignored = message.slice(at, at + 200).includes('translated to success');
  return { name: name ?? '', code: Number(digits), ignored };
}
