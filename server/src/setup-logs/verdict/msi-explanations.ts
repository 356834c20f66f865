import { codesIn } from '../formats/codes.js';
import { anyHint, hint } from '../formats/hints.js';
import { errorNumberOf } from '../formats/msi-lines.js';

/** A line, with those that go on with it, that may explain why an installation failed. */
export interface Explanation {
  line: number;
  /** Line that the record begins on which it stands in. */
  record: number;
  text: string;
  /** An error message of the package or of Windows Installer; other lines only speak of trouble. */
  isMessage: boolean;
  /** The installation went on after it: it explains only where nothing else does. */
  weak: boolean;
}

/** How many of each kind are remembered until the failure is known. */
const kept = 200;
/** Lines below its first that may belong to a message. */
const longestMessage = 4;
const longestText = 4_000;
/** Lines above "ignored" that it may speak of. */
const ignoredAbove = 12;

const ignoring =
  /\bmarked as ignore\b|\b(?:will be |is |was |being )ignored\b|\bignoring\b|\bnot (?:a )?fatal\b|\bnon-?fatal\b|\bwill (?:be )?retr(?:y|ied)\b/i;
/** `Product: X -- Installation operation failed.`: what comes of it, and no reason. */
const echo = /-- (?:\w+ ){1,2}(?:operation )?failed\.?\s*$/i;

/** What custom actions and the engine say of their own work. */
const chatter =
  /^\s{0,9}at \S|^SFXCA: |^Calling custom action |^CustomAction |^\d{1,2}: |^(?:INFO|DEBUG|VERBOSE|TRACE)\b|^Info \d{4}\.|^Rollback: |^\W{0,200}$|\bNote: 1: |\b(?:0|no) errors?\b|\bsuccess|^\S{1,200} = /i;

/** A message goes on in the lines below it; other text only with the file that it speaks of. */
interface Open {
  one: Explanation;
  left: number;
  throughBlank: boolean;
  onlyPath: boolean;
}

const path = /^\s{0,20}(?:[A-Za-z]:\\|\\\\)[^\s\\]/;

/** Collects what may explain a failure, line by line as the log goes. */
export class Explanations {
  private messages: Explanation[] = [];
  private texts: Explanation[] = [];
  /** What else was said below a line with a head: the condition of a launch, a custom action in a language of its own. */
  private said: Explanation[] = [];
  /** The one that the next line may go on with. */
  private open: Open | null = null;
  private hints = anyHint;

  /** What the lines that are read next may hold: bits of `hint`. */
  expect(hints: number): void {
    this.hints = hints;
  }

  /** A line with a head of its own comes: what was said before is complete. */
  close(): void {
    this.open = null;
  }

  /** @param onlyMessages among values of properties, where words mean nothing */
  read(line: number, text: string, record: number, onlyMessages = false): void {
    const { open, hints } = this;
    if (open !== null && this.goesOn(open, text)) return;
    if (text.trim() === '') return;
    if ((hints & hint.ignored) !== 0 && ignoring.test(text.slice(0, longestText))) {
      for (const one of this.texts) if (one.line >= line - ignoredAbove) one.weak = true;
      return;
    }
    const isMessage = isErrorMessage(text, hints);
    if (!isMessage && (onlyMessages || !speaksOfTrouble(text, hints))) {
      if (!onlyMessages && line !== record && !chatter.test(text.slice(0, 300))) this.say(line, text, record);
      return;
    }
    const one: Explanation = { line, record, text: text.slice(0, longestText), isMessage, weak: false };
    const list = isMessage ? this.messages : this.texts;
    list.push(one);
    if (list.length > kept) list.shift();
    const announces = !isMessage && /[:：]\s*$/.test(text.slice(-20));
    this.open = {
      one,
      left: isMessage || announces ? longestMessage : 1,
      throughBlank: announces,
      onlyPath: !isMessage && !announces,
    };
  }

  private say(line: number, text: string, record: number): void {
    this.said.push({ line, record, text: text.slice(0, longestText), isMessage: false, weak: false });
    if (this.said.length > kept) this.said.shift();
  }

  /** The last that was said in a step, where nothing in it spoke of trouble. */
  lastSaid(since: number, before: number): Explanation[] {
    return this.said.filter(({ line }) => line >= since && line < before).slice(-1);
  }

  private goesOn(open: Open, text: string): boolean {
    const blank = text.trim() === '';
    if (open.onlyPath && !path.test(text.slice(0, 300))) {
      this.open = null;
      return false;
    }
    if ((blank && !open.throughBlank) || open.left === 0 || text.startsWith('CustomAction ')) {
      this.open = null;
      return blank;
    }
    if (blank) return true;
    open.left--;
    if (open.one.text.length < longestText) open.one.text += ` ${text.slice(0, longestText).trim()}`;
    if (open.throughBlank && /[.。]\s*$/.test(text.slice(-20))) this.open = null;
    return true;
  }

  /** The installation went on after all since a line. */
  weaken(since: number): void {
    for (const one of [...this.messages, ...this.texts]) if (one.line >= since) one.weak = true;
  }

  /** Everything since a line, in its order. */
  since(line: number): Explanation[] {
    return [...this.messages, ...this.texts].filter((one) => one.line >= line).sort((a, b) => a.line - b.line);
  }
}

/**
 * The lines that explain most, in the order of the log: an error message where there is one – of several the first,
 * what follows is its echo – else two that speak of trouble.
 * @param scope line that the step began at which failed, 0 where that is not known: within it the first two tell most,
 *   else the last two
 */
export function mostTelling(explanations: readonly Explanation[], scope = 0): Explanation[] {
  const message = explanations.find(({ isMessage }) => isMessage);
  if (message !== undefined) return [message];
  const texts = new Map<string, Explanation>();
  for (const one of explanations) if (!texts.has(one.text)) texts.set(one.text, one);
  const distinct = [...texts.values()];
  const within = scope === 0 ? [] : distinct.filter(({ line }) => line >= scope);
  return within.length > 0 ? within.slice(0, 2) : distinct.slice(-2);
}

/** @param hints what the text may hold, where that is known */
export function isErrorMessage(text: string, hints = anyHint): boolean {
  const head = text.slice(0, longestText);
  return (errorNumberOf(head, hints) !== null || / -- \S/.test(head)) && !echo.test(head.trimEnd());
}

function speaksOfTrouble(text: string, hints: number): boolean {
  if ((hints & (hint.trouble | hint.code | hint.negative)) === 0) return false;
  const head = text.slice(0, longestText);
  // `Note: 1: 1708` gives the number of a message, and says nothing else; `DEBUG: Error 2826` is for people who make
  // packages; an operation names files, and one of them may be called error.dll.
  if (
    /\bNote: 1: |^Executing op: |^DEBUG: |^Info \d{4}\.|^CustomAction |^SECREPAIR: /.test(head) ||
    echo.test(head.trimEnd())
  )
    return false;
  // A property's or a table's name is no word: FatalError, ErrorDialog, LastError.
  if (
    /(?<![\p{L}\d_])(?:errors?|fail(?:s|ed|ure|ures|ing)?|exception|denied|unable|cannot|could not|couldn't|forbidden|not found|timed out)(?![\p{L}\d_])/iu.test(
      head,
    )
  )
    return !/\b(?:0|no) errors?\b|\berror(?: ?(?:code|status))?\s*[:=]?\s*0(?:x0+)?\b|\bwithout errors?\b/i.test(head);
  return /\w(?:Exception|Error): /.test(head) || codesIn(head, hints).length > 0;
}
