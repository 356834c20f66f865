import { CommanderError } from 'commander';
import { isServing } from './commands/serving.js';
import { FspError } from './errors.js';
import { fewestOpenFiles, openFilesLimit } from './open-files.js';
import { createProgram } from './program.js';

// A reader that has gone, as head does, ends a command in silence, with the status of a process that SIGPIPE ends.
// The server goes on (serve.ts).
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (isServing()) return;
    if (error.code === 'EPIPE') process.exit(141);
    if (stream === process.stdout) process.stderr.write(`fsp: what is answered cannot be written: ${error.message}\n`);
    process.exit(1);
  });

try {
  // Before its parts are loaded: where they could not be opened, an error is Node's or ClickHouse's, and never the same.
  if (process.argv[2] === 'serve' && openFilesLimit() < fewestOpenFiles)
    throw new FspError(
      'FSP_CONFIG_INVALID',
      `A server cannot run with ${openFilesLimit()} open files; raise the limit to 1024 or more: ulimit -n, or LimitNOFILE= of the service`,
    );
  const program = await createProgram(process.argv[2]);
  if (process.argv.length === 2) program.outputHelp();
  else await program.parseAsync();
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
  // A server that did not start is started again by who looks after it, but only once it has ended.
  if (isServing()) process.exit();
}
