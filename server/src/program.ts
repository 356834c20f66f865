import { Command } from 'commander';
import { registerCompletion } from './commands/completion.js';
import { registerConfig } from './commands/config.js';
import { registerDoctor } from './commands/doctor.js';
import { registerDrain } from './commands/drain.js';
import { registerExpect } from './commands/expect.js';
import { registerExplain } from './commands/explain.js';
import { registerForget } from './commands/forget.js';
import { registerImport } from './commands/import.js';
import { registerParse } from './commands/parse.js';
import { registerQuarantine } from './commands/quarantine.js';
import { registerQuery } from './commands/query.js';
import { registerServe } from './commands/serve.js';
import { registerSimulate } from './commands/simulate.js';
import { version } from './version.js';

/** The program `fsp` with all its commands. */
export function createProgram(): Command {
  const program = new Command('fsp')
    .description('A fallback status point for Configuration Manager clients')
    .version(version)
    .exitOverride();

  registerServe(program);
  registerSimulate(program);
  registerParse(program);
  registerImport(program);
  registerExpect(program);
  registerDoctor(program);
  registerDrain(program);
  registerForget(program);
  registerExplain(program);
  registerQuery(program);
  registerQuarantine(program);
  registerConfig(program);
  registerCompletion(program);
  // Sub-commands do not inherit it: usage errors of all of them end with 2.
  for (const command of program.commands) {
    command.exitOverride();
    for (const part of command.commands) part.exitOverride();
  }
  return program;
}
