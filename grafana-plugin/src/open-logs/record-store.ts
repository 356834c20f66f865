import type {
  LogRecord as ParsedRecord,
  Remark,
  Severity as ParsedSeverity,
} from '../../../server/src/setup-logs/types.js';
import { severityOrder, type Severity } from '../log-view/source.js';

/** Bytes of the first page of texts, and of the largest: each is twice as large as the one before. */
const smallestPage = 64 * 1024;
const largestPage = 4 * 1024 * 1024;
/** UTF-8 takes no more than this for each of JavaScript's characters. */
const bytesPerCharacter = 3;
const noOffset = 0x7fff;

const severityOf: Record<ParsedSeverity, number> = { TRACE: 0, DEBUG: 1, INFO: 2, WARN: 3, ERROR: 4, FATAL: 5 };
const remarks: Remark[] = [];

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The records of a log, compactly: numbers in columns, texts as UTF-8 in large pages. Ten million of them cost their
 * text and some fifty bytes each; a record is put together only while it is looked at.
 */
export class RecordStore {
  length = 0;
  /** Bytes of the texts. */
  textBytes = 0;

  private capacity = 1024;
  private times = new Float64Array(this.capacity);
  private severities = new Uint8Array(this.capacity);
  private lines = new Uint32Array(this.capacity);
  private parts = new Uint16Array(this.capacity);
  private offsets = new Int16Array(this.capacity);
  private remarkBits = new Uint32Array(this.capacity);
  private components = new Uint32Array(this.capacity);
  private threads = new Uint32Array(this.capacity);
  private sources = new Uint32Array(this.capacity);
  private pages = new Uint32Array(this.capacity);
  private froms = new Uint32Array(this.capacity);
  private sizes = new Uint32Array(this.capacity);
  /** The message within the text, in characters. */
  private messageFroms = new Uint32Array(this.capacity);
  private messageSizes = new Uint32Array(this.capacity);

  private readonly names: string[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly texts: Uint8Array[] = [];
  private pageSize = smallestPage;
  private open: { page: Uint8Array; number: number; at: number } | null = null;

  /**
   * @param part which file of the log it stands in
   * @param utcOffset what the log's clock was ahead of UTC, in minutes; null where that is not known
   */
  add(record: ParsedRecord, part: number, utcOffset: number | null): void {
    if (this.length === this.capacity) this.grow();
    const at = this.length++;
    this.times[at] = record.time ?? Number.NaN;
    this.severities[at] = severityOf[record.severity];
    this.lines[at] = record.line;
    this.parts[at] = part;
    this.offsets[at] = utcOffset ?? noOffset;
    this.remarkBits[at] = bitsOf(record.remarks);
    this.components[at] = this.numberOf(record.component);
    this.threads[at] = this.numberOf(record.thread);
    this.sources[at] = this.numberOf(record.source);
    const { original, message } = record;
    const found = original.indexOf(message);
    // The message is nearly always a piece of the text; where it was put otherwise, it stands behind.
    this.messageFroms[at] = found < 0 ? original.length : found;
    this.messageSizes[at] = message.length;
    this.addText(at, found < 0 ? original + message : original);
    if (found < 0) this.remarkBits[at] |= behind;
  }

  time(at: number): number | null {
    const time = this.times[at]!;
    return Number.isNaN(time) ? null : time;
  }

  severity(at: number): number {
    return this.severities[at]!;
  }

  line(at: number): number {
    return this.lines[at]!;
  }

  part(at: number): number {
    return this.parts[at]!;
  }

  component(at: number): string {
    return this.names[this.components[at]!]!;
  }

  message(at: number): string {
    const text = this.text(at);
    const from = this.messageFroms[at]!;
    return text.slice(from, from + this.messageSizes[at]!);
  }

  original(at: number): string {
    const text = this.text(at);
    return this.remarkBits[at]! & behind ? text.slice(0, this.messageFroms[at]) : text;
  }

  /** Everything but the texts. */
  facts(at: number) {
    const offset = this.offsets[at]!;
    return {
      time: this.time(at),
      utcOffset: offset === noOffset ? null : offset,
      severity: severityOrder[this.severities[at]!] as Severity,
      component: this.component(at),
      thread: this.names[this.threads[at]!]!,
      source: this.names[this.sources[at]!]!,
      line: this.line(at),
      remarks: remarks.filter((_, bit) => this.remarkBits[at]! & (1 << bit)),
    };
  }

  private text(at: number): string {
    const from = this.froms[at]!;
    return decoder.decode(this.texts[this.pages[at]!]!.subarray(from, from + this.sizes[at]!));
  }

  private addText(at: number, text: string): void {
    const most = text.length * bytesPerCharacter;
    let size: number;
    if (most > largestPage) {
      // Of its own, and no larger than it need be.
      const page = encoder.encode(text);
      size = page.length;
      this.pages[at] = this.texts.push(page) - 1;
      this.froms[at] = 0;
    } else {
      if (this.open === null || this.open.at + most > this.open.page.length) {
        const page = new Uint8Array(Math.max(this.pageSize, most));
        this.pageSize = Math.min(2 * this.pageSize, largestPage);
        this.open = { page, number: this.texts.push(page) - 1, at: 0 };
      }
      const { page, number, at: from } = this.open;
      size = encoder.encodeInto(text, page.subarray(from)).written;
      this.open.at += size;
      this.pages[at] = number;
      this.froms[at] = from;
    }
    this.sizes[at] = size;
    this.textBytes += size;
  }

  private numberOf(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.names.push(name) - 1;
      this.numbers.set(name, number);
    }
    return number;
  }

  private grow(): void {
    this.capacity *= 2;
    const { capacity } = this;
    const grown = <T extends { set(from: T): void }>(column: T, larger: T): T => {
      larger.set(column);
      return larger;
    };
    this.times = grown(this.times, new Float64Array(capacity));
    this.severities = grown(this.severities, new Uint8Array(capacity));
    this.lines = grown(this.lines, new Uint32Array(capacity));
    this.parts = grown(this.parts, new Uint16Array(capacity));
    this.offsets = grown(this.offsets, new Int16Array(capacity));
    this.remarkBits = grown(this.remarkBits, new Uint32Array(capacity));
    this.components = grown(this.components, new Uint32Array(capacity));
    this.threads = grown(this.threads, new Uint32Array(capacity));
    this.sources = grown(this.sources, new Uint32Array(capacity));
    this.pages = grown(this.pages, new Uint32Array(capacity));
    this.froms = grown(this.froms, new Uint32Array(capacity));
    this.sizes = grown(this.sizes, new Uint32Array(capacity));
    this.messageFroms = grown(this.messageFroms, new Uint32Array(capacity));
    this.messageSizes = grown(this.messageSizes, new Uint32Array(capacity));
  }
}

/** The bit beyond those of the remarks: the message stands behind the text. */
const behind = 1 << 30;

function bitsOf(words: readonly Remark[]): number {
  let bits = 0;
  for (const word of words) {
    let bit = remarks.indexOf(word);
    if (bit < 0) bit = remarks.push(word) - 1;
    bits |= 1 << bit;
  }
  return bits;
}
