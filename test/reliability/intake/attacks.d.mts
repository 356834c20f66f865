/** A report as a client writes it. */
export function report(about?: { client?: string; serial?: number; params?: string[] }): string;
/** Attacks by name, each a function of the port and of the time at which it ends. */
export const attacks: Record<string, (port: number, end: number) => Promise<object>>;
