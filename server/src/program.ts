import { Command } from 'commander';
import { version } from './version.js';

/** Each command, loaded when it is asked for: most of them need little of what the others do. */
const commands: Record<string, () => Promise<(program: Command) => void>> = {
  serve: async () => (await import('./commands/serve.js')).registerServe,
  simulate: async () => (await import('./commands/simulate.js')).registerSimulate,
  parse: async () => (await import('./commands/parse.js')).registerParse,
  import: async () => (await import('./commands/import.js')).registerImport,
  expect: async () => (await import('./commands/expect.js')).registerExpect,
  doctor: async () => (await import('./commands/doctor.js')).registerDoctor,
  drain: async () => (await import('./commands/drain.js')).registerDrain,
  forget: async () => (await import('./commands/forget.js')).registerForget,
  explain: async () => (await import('./commands/explain.js')).registerExplain,
  query: async () => (await import('./commands/query.js')).registerQuery,
  quarantine: async () => (await import('./commands/quarantine.js')).registerQuarantine,
  config: async () => (await import('./commands/config.js')).registerConfig,
  completion: async () => (await import('./commands/completion.js')).registerCompletion,
};

/**
 * The program `fsp`.
 * @param first the first word of its command line: where it is a command, that one alone is there
 */
export async function createProgram(first = ''): Promise<Command> {
  const program = new Command('fsp')
    .description('A fallback status point for Configuration Manager clients')
    .version(version)
    .exitOverride();
  // What completes a command line, and the help, tell of all; the version is asked for by scripts, which want it at once.
  const alone = first !== 'completion' && Object.hasOwn(commands, first);
  const all = first === '-V' || first === '--version' ? [] : Object.values(commands);
  const wanted = alone ? [commands[first]!] : all;
  for (const register of await Promise.all(wanted.map((load) => load()))) register(program);
  // Sub-commands do not inherit it: usage errors of all of them end with 2.
  for (const command of program.commands) {
    command.exitOverride().showHelpAfterError(`(fsp ${command.name()} --help says how)`);
    for (const part of command.commands)
      part.exitOverride().showHelpAfterError(`(fsp ${command.name()} ${part.name()} --help says how)`);
  }
  return program;
}
