interface Latencies {
  p50: number;
  p99: number;
  /** Answers that were no 200, and errors, with their numbers. */
  failures: Record<string, number>;
  count: number;
}
/** Memory in MiB and open descriptors. */
interface Usage {
  rss: number;
  descriptors: number;
}
export interface Measured {
  name: string;
  quiet: Latencies;
  attacked: Latencies;
  before: Usage;
  peak: Usage;
  after: Usage;
  outcome: string;
}
/** A server in a process of its own, with an honest client at its side. */
export function startMeasuring(options?: { program?: string }): Promise<{
  port: number;
  management: string;
  pid: number;
  said(): string;
  honest(seconds: number): Promise<Latencies>;
  /** One attack, and the quiet before it. */
  measure(name: string, seconds: number): Promise<Measured>;
  /** Ends the server; how long that took in milliseconds. */
  stop(): Promise<number>;
}>;
