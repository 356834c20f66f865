/** A report as a client writes it. */
export function report(about?: { client?: string; serial?: number; params?: string[] }): string;
/** Where an attack goes, and the address it comes from. */
export interface Target {
  port: number;
  host: string;
  localAddress: string;
}
/** Attacks by name, each a function of its target and of the time at which it ends. */
export const attacks: Record<string, (target: Target, end: number) => Promise<object>>;
