import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/** What holds lines back, so that they come after the banner of the start. */
export interface HeldLogger {
  logger: Logger;
  /** Writes what was held, and everything else at once from now on. */
  release(): void;
}

/** For people only: no service needs it, and its start need not load it. */
const pretty = process.stdout.isTTY ? (await import('pino-pretty')).prettyFactory : null;
/** A start that takes longer is no ordinary one, and its log is wanted. */
const heldAtMostMs = 15_000;

/**
 * The server's own log, on standard output: for people on a terminal, else one JSON object a line. Fields that may hold
 * a secret are masked.
 */
export function createLogger({ level }: { level: string }): Logger {
  return loggerTo(level, (line) => process.stdout.write(line));
}

/** The same, silent until it is released, until the process ends, or for fifteen seconds. */
export function createHeldLogger({ level }: { level: string }): HeldLogger {
  let held: string[] | null = [];
  const release = () => {
    const lines = held ?? [];
    held = null;
    for (const line of lines) process.stdout.write(line);
  };
  setTimeout(release, heldAtMostMs).unref();
  process.once('exit', release);
  return {
    logger: loggerTo(level, (line) => {
      if (held === null) process.stdout.write(line);
      else held.push(line);
    }),
    release,
  };
}

function loggerTo(level: string, write: (line: string) => void): Logger {
  const redact = ['token', 'password', 'authorization', '*.token', '*.password', '*.authorization'];
  if (pretty === null) return pino({ level, redact }, { write });
  const inWords = pretty({
    colorize: (process.env.NO_COLOR ?? '') === '',
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
  });
  return pino(
    { level, redact },
    {
      write(line: string) {
        write(inWords(line));
      },
    },
  );
}
