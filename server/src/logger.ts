import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/**
 * The server's own log, on standard output: for people on a terminal, else one JSON object a line. Fields that may hold
 * a secret are masked.
 */
export function createLogger({ level }: { level: string }): Logger {
  const redact = ['token', 'password', 'authorization', '*.token', '*.password', '*.authorization'];
  if (!process.stdout.isTTY) return pino({ level, redact });
  const options = {
    colorize: process.env.NO_COLOR === undefined,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
  };
  return pino({ level, redact, transport: { target: 'pino-pretty', options } });
}
