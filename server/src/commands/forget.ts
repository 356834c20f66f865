import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { FspError } from '../errors.js';
import type { Forgets } from '../forget/forget.js';
import { subjectOf } from '../forget/subject.js';
import { askServer } from './management-client.js';
import { addConfigOptions, configOfServer } from './options.js';

/** The server goes through one table after the other, and answers within a quarter of an hour or not at all. */
const patienceMs = 16 * 60_000;

/** `fsp forget`: removes what is known of a machine or a user. */
export function registerForget(program: Command): void {
  const command = program
    .command('forget')
    .argument(
      '<name>',
      'a machine by its name or the GUID of its client; with --user a user by name, DOMAIN\\name or SID',
    )
    .description('removes what is known of a machine or a user, everywhere; says first what that is')
    .option('--user', 'the name is that of a user: it is blanked where it stands')
    .option('--dry-run', 'say what would be removed, and remove nothing')
    .option('--yes', 'remove without asking')
    .option('--json', 'what was removed, as JSON')
    .addHelpText(
      'after',
      `
Removed from ClickHouse for all receivers, and from spool and quarantine of this one, which must run; say it on each
receiver that may hold messages. What OpenTelemetry collectors, the site's inbox and backups have is not reached.

Examples:
  fsp forget PC042 --dry-run
  fsp forget PC042 --yes
  fsp forget 'CORP\\jdoe' --user
`,
    );
  addConfigOptions(command).action(
    async (name: string, flags: { user?: true; dryRun?: true; yes?: true; json?: true }) => {
      const { config } = configOfServer(command);
      const subject = subjectOf(flags.user ? 'user' : 'machine', name);
      const ask = async (dryRun: boolean) =>
        (await askServer(config, '/forget', { ...subject, dryRun }, { patienceMs })) as Forgets;
      const say = (found: Forgets) => process.stdout.write(flags.json ? `${JSON.stringify(found)}\n` : textOf(found));
      const found = await ask(true);
      const nothing = found.tables.length === 0 && found.spool + found.quarantine === 0;
      if (flags.dryRun || nothing) {
        say(found);
        return;
      }
      if (!flags.yes) {
        process.stderr.write(textOf(found));
        await confirm();
      }
      say(await ask(false));
    },
  );
}

async function confirm(): Promise<void> {
  if (!process.stdin.isTTY)
    throw new FspError('FSP_USAGE', 'Nothing was removed: say --yes where nobody can be asked, or --dry-run to look');
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question('Remove it for good? (yes/no) ');
  prompt.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new FspError('FSP_USAGE', 'Nothing was removed');
}

const plurals = { row: 'rows', entry: 'entries' };
const counted = (number: number, what: keyof typeof plurals) => `${number} ${number === 1 ? what : plurals[what]}`;

function textOf({ subject, dryRun, tables, spool, quarantine, alsoKnownAs, unfinished }: Forgets): string {
  const lines = [
    ...tables.flatMap(({ table, rowsRemoved, rowsBlanked }) => [
      ...(rowsRemoved > 0 ? [`  ${table.padEnd(28)} ${counted(rowsRemoved, 'row')}`] : []),
      ...(rowsBlanked > 0 ? [`  ${table.padEnd(28)} ${counted(rowsBlanked, 'row')} in which the name is blanked`] : []),
    ]),
    ...(spool > 0 ? [`  ${'spool of this receiver'.padEnd(28)} ${counted(spool, 'entry')}`] : []),
    ...(quarantine > 0 ? [`  ${'quarantine of this receiver'.padEnd(28)} ${counted(quarantine, 'entry')}`] : []),
  ];
  if (lines.length === 0) return `Nothing is known of the ${subject.kind} ${subject.name}\n`;
  const also = alsoKnownAs.length === 0 ? '' : `  by its GUID also known as ${alsoKnownAs.join(', ')}\n`;
  const later =
    unfinished.length === 0
      ? ''
      : `  still under way in ${unfinished.join(', ')}: ClickHouse goes on by itself, on a replica that is away when it comes back; say it again then to see\n`;
  return `${dryRun ? 'Would be removed' : 'Removed'} of the ${subject.kind} ${subject.name}:\n${also}${lines.join('\n')}\n${later}`;
}
