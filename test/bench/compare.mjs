// Whether a run is worse than an earlier one: by ratios of two sides that took turns in it, for what another machine or
// another hour takes longer for, it takes longer for on both.

/** A ratio that is so much less than before is told as a regression; from run to run most differ by less. */
const tolerated = 0.75;

/**
 * @param before and `now` rows with a key and a ratio, of which more is better unless `better` says `lower`
 * @returns the keys of both with both ratios, and whether it became worse; and the keys that only one of them has
 */
export function compared(before, now) {
  const earlier = new Map(before.map((row) => [row.key, row]));
  const both = now
    .filter(({ key }) => earlier.has(key))
    .map(({ key, what, ratio, better }) => {
      const was = Number(earlier.get(key).ratio);
      const is = Number(ratio);
      const change = better === 'lower' ? was / is : is / was;
      return { key, what, was, is, worse: !(change >= tolerated) };
    });
  const keys = new Set(now.map(({ key }) => key));
  const unmatched = [...before.filter(({ key }) => !keys.has(key)), ...now.filter(({ key }) => !earlier.has(key))];
  return { both, unmatched: unmatched.map(({ key }) => key) };
}

/** The same as a page. Nothing that could be compared is not the same as nothing worse. */
export function toldCompared({ both, unmatched }, against) {
  const worse = both.filter((one) => one.worse);
  return [
    `## Compared with ${against}`,
    '',
    both.length === 0
      ? 'Nothing could be compared.'
      : `${both.length} ratios, ${worse.length === 0 ? 'none' : worse.length} worse by more than a quarter.`,
    ...(unmatched.length === 0 ? [] : ['', `Only in one of both: ${unmatched.join(', ')}.`]),
    '',
    '| what | ratio before | ratio now | |',
    '|---|---|---|---|',
    ...both.map((one) => `| ${one.what} | ${one.was} | ${one.is} | ${one.worse ? '**worse**' : ''} |`),
    '',
  ].join('\n');
}
