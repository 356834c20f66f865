import { Command, CommanderError } from 'commander';
import { registerConfig } from './commands/config.js';
import { registerDoctor } from './commands/doctor.js';
import { registerDrain } from './commands/drain.js';
import { registerExplain } from './commands/explain.js';
import { registerForget } from './commands/forget.js';
import { registerImport } from './commands/import.js';
import { registerParse } from './commands/parse.js';
import { registerQuarantine } from './commands/quarantine.js';
import { registerQuery } from './commands/query.js';
import { isServing, registerServe } from './commands/serve.js';
import { registerSimulate } from './commands/simulate.js';
import { FspError } from './errors.js';
import { version } from './version.js';

const program = new Command('fsp')
  .description('A fallback status point for Configuration Manager clients')
  .version(version)
  .exitOverride();

registerServe(program);
registerSimulate(program);
registerParse(program);
registerImport(program);
registerDoctor(program);
registerDrain(program);
registerForget(program);
registerExplain(program);
registerQuery(program);
registerQuarantine(program);
registerConfig(program);
// Sub-commands do not inherit it: usage errors of all of them end with 2.
for (const command of program.commands) {
  command.exitOverride();
  for (const part of command.commands) part.exitOverride();
}

// A reader that has gone, as head does, ends a command in silence, with the status of a process that SIGPIPE ends.
// The server goes on (serve.ts).
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!isServing()) process.exit(error.code === 'EPIPE' ? 141 : 1);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof FspError) {
    process.stderr.write(`fsp: ${error.message} (${error.code})\n`);
    process.exitCode = error.exitCode;
  } else {
    process.stderr.write(
      `fsp: unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = 70;
  }
}
