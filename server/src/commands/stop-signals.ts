/**
 * What asks a process to stop. Windows has Ctrl+C, which a service's wrapper sends too, Ctrl+Break, and the closing of
 * the console (SIGHUP); SIGTERM there ends a process without asking.
 */
export const stopSignals: readonly NodeJS.Signals[] =
  process.platform === 'win32' ? ['SIGINT', 'SIGBREAK', 'SIGHUP'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];
