export interface Row {
  key: string;
  what: string;
  ratio: number | string;
  better?: 'lower' | undefined;
}

export interface Comparison {
  both: { key: string; what: string; was: number; is: number; worse: boolean }[];
  unmatched: string[];
}

export function compared(before: readonly Row[], now: readonly Row[]): Comparison;
export function toldCompared(comparison: Comparison, against: string): string;
