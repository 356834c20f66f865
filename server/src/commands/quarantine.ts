import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../config.js';
import { FspError } from '../errors.js';
import { Quarantine, type QuarantinedSummary } from '../quarantine/quarantine.js';
import type { RetryResult } from '../quarantine/retry.js';
import { askServer } from './management-client.js';
import { addConfigOptions, configOf, configOfServer } from './options.js';

/** `fsp quarantine`: the entries that a destination refuses for good. */
export function registerQuarantine(program: Command): void {
  const quarantine = program
    .command('quarantine')
    .description('entries that a destination refuses for good: look at them, send them again, drop them')
    .addHelpText(
      'after',
      `
Examples:
  fsp quarantine list
  fsp quarantine list --json
  fsp quarantine retry --all        after an upgrade, or when a limit of the destination was raised
  fsp quarantine drop ID
`,
    );

  const list = quarantine
    .command('list')
    .description('what is in quarantine, and why; works without a running server too')
    .option('--json', 'one JSON object a line, with the whole content');
  addConfigOptions(list).action(async (options: { json?: true }) => {
    const { config } = configOf(list);
    const { room, unreadable } = await openToRead(resolve(config.dataDir));
    const items = room.list();
    if (options.json) {
      for (const { id } of items) process.stdout.write(`${JSON.stringify(await room.read(id))}\n`);
    } else if (items.length > 0) process.stdout.write(items.map(lineOf).join(''));
    else if (!unreadable) process.stdout.write('Nothing is in quarantine\n');
  });

  const retry = chooser(
    quarantine.command('retry').description('send entries again, each to the destination that refused it'),
  );
  retry.action(async (ids: string[], options: { all?: true }) => {
    const { config } = configOfServer(retry);
    const chosen = await chosenIds(resolve(config.dataDir), ids, options.all);
    if (chosen.length === 0) return;
    for (let from = 0; from < chosen.length; from += atOnce) {
      const ids = chosen.slice(from, from + atOnce);
      const answers = await askAbout<{ results: RetryResult[] }>(config, '/quarantine/retry', ids, options.all);
      const results = answers.flatMap((one) => one.results);
      for (const { id, delivered, reason } of results)
        process.stdout.write(delivered ? `delivered  ${id}\n` : `refused    ${id}: ${reason}\n`);
      if (results.some(({ delivered }) => !delivered)) process.exitCode = 1;
    }
  });

  const drop = chooser(quarantine.command('drop').description('forget entries for good, with their content'));
  drop.action(async (ids: string[], options: { all?: true }) => {
    const { config } = configOfServer(drop);
    const chosen = await chosenIds(resolve(config.dataDir), ids, options.all);
    if (chosen.length === 0) return;
    const answers = await askAbout<{ dropped: number }>(config, '/quarantine/drop', chosen, options.all);
    process.stdout.write(`${answers.reduce((sum, { dropped }) => sum + dropped, 0)} dropped\n`);
  });
}

/**
 * Asks the server about entries, which does nothing where one is not there. Of all that were listed, one that was sent or
 * dropped since keeps nobody from the others.
 */
async function askAbout<Answer>(
  config: Config,
  path: string,
  ids: readonly string[],
  all: true | undefined,
): Promise<Answer[]> {
  try {
    return [(await askServer(config, path, { ids })) as Answer];
  } catch (error) {
    if (all === undefined || !(error instanceof FspError) || error.code !== 'FSP_NOT_FOUND') throw error;
    if (ids.length === 1) {
      process.stdout.write(`gone       ${ids[0]}: the server has it no more, it was sent or dropped meanwhile\n`);
      return [];
    }
    const answers: Answer[] = [];
    for (const id of ids) answers.push(...(await askAbout<Answer>(config, path, [id], all)));
    return answers;
  }
}

/** Entries that one request sends again: a destination that does not answer takes ten seconds and more for each. */
const atOnce = 4;

function chooser(command: Command): Command {
  return addConfigOptions(command.argument('[id...]', 'as fsp quarantine list names them').option('--all', 'all'));
}

async function chosenIds(dataDir: string, ids: readonly string[], all: true | undefined): Promise<readonly string[]> {
  if (all === undefined && ids.length === 0)
    throw new FspError('FSP_USAGE', 'Name entries as fsp quarantine list shows them, or give --all');
  if (all === undefined) return ids;
  const { room, unreadable } = await openToRead(dataDir);
  const everything = room.list();
  if (everything.length === 0 && !unreadable) process.stdout.write('Nothing is in quarantine\n');
  return everything.map(({ id }) => id);
}

/** The quarantine as it lies on disk; what of it cannot be read is told, and is no success. */
async function openToRead(dataDir: string): Promise<{ room: Quarantine; unreadable: boolean }> {
  let unreadable = false;
  const tell = (message: string) => {
    unreadable = true;
    process.exitCode = 1;
    process.stderr.write(`fsp: ${message}\n`);
  };
  const room = await Quarantine.open({ dir: join(dataDir, 'quarantine'), logger: { warn: tell, error: tell } });
  return { room, unreadable };
}

function lineOf({ id, sink, at, kind, code, reason, bytes }: QuarantinedSummary): string {
  const said = code === '' ? reason : `${code}: ${reason}`;
  return `${id}\n  ${new Date(at).toISOString()}  ${kind} refused by ${sink}, ${bytes} bytes\n  ${said}\n`;
}
