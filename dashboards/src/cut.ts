import { pick, type Language } from './language.js';

/** What the last row of a list says that is cut. */
export const andMore = (language: Language, left: string) => {
  const [before, after] = [pick(language, ['… and ', '… et ']), pick(language, [' more', ' de plus'])];
  return `concat('${before}', toString(${left}), '${after}')`;
};

interface CutRow {
  language: Language;
  /** Rows that are shown. */
  limit: number;
  /** The column that says it. */
  named: string;
  texts: string[];
  /** Numbers and times. */
  others: string[];
}

/** For `* REPLACE`, over rows with their `place` and the number of `all_rows`: the row behind the limit tells of all that follow. */
export const cutRow = ({ language, limit, named, texts, others }: CutRow) =>
  [
    `if(place > ${limit}, ${andMore(language, `all_rows - ${limit}`)}, ${named}) AS ${named}`,
    ...texts.map((column) => `if(place > ${limit}, '', ${column}) AS ${column}`),
    ...others.map((column) => `if(place > ${limit}, NULL, ${column}) AS ${column}`),
  ].join(', ');
