import { LineReader } from './formats/lines.js';
import { orderShown, type DateOrder } from './formats/msi-dates.js';
import { hiddenProperties } from './formats/redact.js';
import { copiedFields } from './formats/simple.js';

/** What a look over a whole file tells that its lines, one by one, do not. */
export interface Survey {
  /** The order of day and month in its dates; null where nothing tells. */
  dateOrder: DateOrder | null;
  /** Properties that its package declares secret. */
  hiddenProperties: readonly string[];
}

/** Nothing known beforehand. */
export const noSurvey: Survey = { dateOrder: null, hiddenProperties: [] };

/**
 * Looks for evidence in a file before its records are made. A date such as 3/5/2017 in the heading may be explained
 * only by a later run's 3/17/2017, by the Date property, by the language of the user, or by when the file was written.
 */
export class Surveyor {
  private readonly lines = new LineReader((text) => {
    this.line(text);
  });
  private shown: DateOrder | null = null;
  private dayFirst = false;
  private monthFirst = false;
  private language: number | null = null;
  private lastHeading = '';
  private lastDate = '';
  private readonly hidden = new Set<string>();

  /** @param modifiedAt when the file was last written, in milliseconds since 1970 */
  constructor(private readonly modifiedAt: number) {}

  push(chunk: Uint8Array): void {
    this.lines.push(chunk);
  }

  /** The file is at its end. */
  end(): void {
    this.lines.end();
  }

  line(text: string): void {
    const stamp = text.lastIndexOf(' date="');
    if (stamp >= 0) this.date(text.slice(stamp + 7, stamp + 17));
    else if (text.startsWith('=== ')) {
      this.lastHeading = text;
      this.shown ??= orderShown(text);
    } else if (text.startsWith('Property(')) {
      const [, name = '', value = ''] = /^Property\(\w\): (\w+) = (.*)/.exec(text) ?? [];
      if (name === 'Date') this.shown ??= orderShown(value);
      else if (name === 'UserLanguageID') this.language = Number(value);
    }
    const copied = copiedFields(text);
    if (copied !== null) this.shown ??= orderShown(copied.stamp);
    if (text.includes('MsiHiddenProperties')) for (const name of hiddenProperties(text)) this.hidden.add(name);
  }

  private date(text: string): void {
    // One line after the other has the same.
    if (text === this.lastDate) return;
    this.lastDate = text;
    const [, first, second] = /^(\d{1,2})[-./](\d{1,2})[-./]/.exec(text) ?? [];
    if (Number(first) > 12) this.dayFirst = true;
    else if (Number(second) > 12) this.monthFirst = true;
  }

  survey(): Survey {
    return {
      dateOrder: this.byStamps() ?? this.shown ?? this.byModification() ?? this.byLanguage(),
      hiddenProperties: [...this.hidden],
    };
  }

  /** Dates in CCM format, unless writers of both orders share the file. */
  private byStamps(): DateOrder | null {
    if (this.dayFirst === this.monthFirst) return null;
    return this.dayFirst ? 'day-first' : 'month-first';
  }

  /** A file is written last when its last heading says: one of the two readings is that day, or the day after. */
  private byModification(): DateOrder | null {
    const [first, second, year] =
      /(\d{1,2})[/-](\d{1,2})[/-](\d{4})/.exec(this.lastHeading)?.slice(1).map(Number) ?? [];
    if (first === undefined || second === undefined || year === undefined || first === second) return null;
    const near = (month: number, day: number) =>
      Math.abs(this.modifiedAt - Date.UTC(year, month - 1, day, 12)) < 2 * 86_400_000;
    if (near(first, second) && !near(second, first)) return 'month-first';
    return near(second, first) && !near(first, second) ? 'day-first' : null;
  }

  private byLanguage(): DateOrder | null {
    if (this.language === null || Number.isNaN(this.language)) return null;
    // English of the United States and of the Philippines; nearly everybody else writes the day first.
    return this.language === 1033 || this.language === 13_321 ? 'month-first' : 'day-first';
  }
}
