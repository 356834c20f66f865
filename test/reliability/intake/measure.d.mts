interface Times {
  p50: number;
  p99: number;
  count: number;
}
/** Memory in MiB and open descriptors. */
interface Usage {
  rss: number;
  descriptors: number;
}
interface Attacked {
  /** Answers that were no 200, and errors, with their numbers. */
  failures: Record<string, number>;
  before: Usage;
  peak: Usage;
  after: Usage;
  /** What the attacker saw. */
  outcome: unknown;
  /** What the attacker took of one core. */
  load: number;
}
/** A server in a process of its own, with an honest client at its side. `from` is the attackers' address. */
export function startMeasuring(options?: { program?: string; from?: string }): Promise<{
  port: number;
  management: string;
  pid: number;
  said(): string;
  /** What it has at this moment. */
  usage(): Usage;
  /** Honest requests during one attack; latencies in milliseconds. */
  underAttack(name: string, seconds: number): Promise<Attacked & { latencies: number[] }>;
  /** Attack and quiet in turn: the round whose ratio is the median, and the ratios of all, in their order. */
  measure(
    name: string,
    seconds: number,
    rounds: number,
  ): Promise<Attacked & { name: string; quiet: Times; attacked: Times; ratios: number[] }>;
  /** Ends the server; how long that took in milliseconds. */
  stop(): Promise<number>;
}>;
