import { userInfo } from 'node:os';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { FspError } from '../errors.js';
import { defaultList, ExpectedLists, listName, type LoadedList } from '../expected/expected-lists.js';
import { programName, thisInvocation } from './invocation.js';
import { addConfigOptions, configOf } from './options.js';
import { readNamed } from './standard-input.js';
import { openTarget } from './target.js';

interface Flags {
  list: string;
  merge?: true;
  remove?: true;
  json?: true;
}

/** `fsp expect`: which machines should be heard of. */
export function registerExpect(program: Command): void {
  const command = program
    .command('expect')
    .argument('[file]', 'CSV as a directory or the site exports it, or one name a line; - for standard input')
    .description('holds a list of machines against what was heard: who never spoke, who never ended')
    .option('--list <name>', 'list that the machines stand in; each is loaded for itself', defaultList)
    .option('--merge', 'add the machines to the list instead of replacing it')
    .option('--remove', 'expect the machines of the list no more')
    .option('--json', 'the numbers as JSON')
    .addHelpText(
      'after',
      `
The file replaces what the list held before, at once and wholly; one that cannot be read changes nothing.

Examples:
  Get-ADComputer -Filter * -Properties OperatingSystem,LastLogonDate | Export-Csv machines.csv   (on Windows)
  fsp expect machines.csv
  fsp expect branch.csv --list Lyon --merge
  fsp expect --remove --list Lyon
  fsp query "SELECT standing, count() FROM expected_clients GROUP BY standing"
`,
    );
  addConfigOptions(command).action(async (file: string | undefined, flags: Flags) => {
    if ((file === undefined) !== (flags.remove === true))
      throw new FspError('FSP_USAGE', 'Say which file to load, or --remove to expect the machines of a list no more');
    if (flags.merge && flags.remove)
      throw new FspError('FSP_USAGE', '--merge adds machines and --remove takes a list away; say one of them');
    if (!listName.test(flags.list))
      throw new FspError(
        'FSP_USAGE',
        `--list is ${JSON.stringify(flags.list.slice(0, 200))}; allowed: 1 to 100 characters, none of them a control character`,
      );
    const { config } = configOf(command);
    const hints = { what: 'list', hint: 'pipe it in, or name a file' };
    const content = file === undefined ? null : await readNamed(file, hints);
    const target = await openTarget(config);
    try {
      const lists = new ExpectedLists(target.client, target.placement, () => target.prepare());
      const by = userInfo().username;
      if (content === null) {
        await lists.remove(flags.list, by);
        process.stdout.write(`The machines of ${flags.list} are expected no more\n`);
        return;
      }
      const mode = flags.merge === true ? 'merge' : 'replace';
      const loaded = await lists.load(content, { list: flags.list, mode, fileName: basename(file!), by });
      process.stdout.write(flags.json ? `${JSON.stringify(loaded)}\n` : textOf(flags.list, loaded));
    } finally {
      await target.close();
    }
  });
}

function textOf(list: string, { machines, disabled, repeated, unreadable }: LoadedList): string {
  return [
    `${machines} ${machines === 1 ? 'machine is' : 'machines are'} expected (list ${list})\n`,
    disabled === 0 ? '' : `  ${disabled} rows of disabled accounts were left out\n`,
    repeated === 0 ? '' : `  ${repeated} rows named a machine once more\n`,
    unreadable.rows === 0 ? '' : `  ${unreadable.rows} rows name no machine:\n`,
    ...unreadable.examples.map(({ row, text }) => `    row ${row}: ${text}\n`),
    `Who never spoke: the page Expected machines of the console, or\n  ${programName(thisInvocation())} query "SELECT client_name FROM expected_clients WHERE standing = 'never_heard'"\n`,
  ].join('');
}
