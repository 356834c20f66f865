import { Random } from '../../server/src/simulation/random.js';

/** Draws by a seed: what {@link Random} gives, and what composing logs needs beyond. */
export class Draw extends Random {
  /** One of several, each as likely as any other. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(0, choices.length - 1)]!;
  }

  /** Some of several, in their order. */
  some<T>(choices: readonly T[], probability: number): T[] {
    return choices.filter(() => this.chance(probability));
  }

  hex(digits: number): string {
    return Array.from({ length: digits }, () => this.integer(0, 15).toString(16)).join('');
  }

  /** A value that stands nowhere else, for secrets: it can be looked for. */
  secret(): string {
    return `${this.pick(['Hunter', 'Zq', 'pX', 'S3cr', 'Kx'])}${this.hex(10)}${this.pick(['!', '', '#7', '_x', '9'])}`;
  }
}
