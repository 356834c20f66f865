import { Argument, type Command, type Option } from 'commander';

const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** `fsp completion`: what a shell needs to complete commands and flags. */
export function registerCompletion(program: Command): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .description('prints what a shell needs to complete commands and flags')
    .addHelpText(
      'after',
      `
Examples:
  fsp completion bash > ~/.local/share/bash-completion/completions/fsp
  fsp completion zsh > ~/.zfunc/_fsp        with fpath+=~/.zfunc before compinit in ~/.zshrc
  fsp completion fish > ~/.config/fish/completions/fsp.fish
`,
    )
    .action((shell: Shell) => {
      process.stdout.write(completionFor(shell, program));
    });
}

/**
 * The completion of a program for a shell, made from its commands. The release takes it from what was built, where knip
 * does not see it.
 * @public
 */
export function completionFor(shell: Shell, program: Command): string {
  const commands = commandsBelow(program);
  return { bash, zsh, fish }[shell](commands);
}

interface Completed {
  /** The words before: `` for the program itself, `quarantine`, `quarantine list`. */
  path: string;
  commands: readonly { name: string; description: string }[];
  flags: readonly { name: string; description: string; takesValue: boolean; choices: readonly string[] }[];
}

function commandsBelow(command: Command, path = ''): Completed[] {
  const shown = command.createHelp();
  const parts = shown.visibleCommands(command).filter((part) => part.name() !== 'help');
  return [
    {
      path,
      commands: parts.map((part) => ({ name: part.name(), description: part.description() })),
      flags: shown.visibleOptions(command).flatMap(flagOf),
    },
    ...parts.flatMap((part) => commandsBelow(part, `${path} ${part.name()}`.trim())),
  ];
}

function flagOf({ long, description, argChoices, required, optional }: Option): Completed['flags'] {
  if (long === undefined || long === null) return [];
  return [{ name: long, description, takesValue: required || optional, choices: argChoices ?? [] }];
}

function bash(all: Completed[]): string {
  const word = (text: string) => `'${text}'`;
  const cases = all.map(({ path, commands, flags }) => {
    const words = [...commands.map(({ name }) => name), ...flags.map(({ name }) => name)].join(' ');
    return `    ${word(path)}) words=${word(words)} ;;`;
  });
  const values = new Map(
    all.flatMap(({ flags }) =>
      flags.filter(({ choices }) => choices.length > 0).map(({ name, choices }) => [name, choices]),
    ),
  );
  const choices = [...values].map(
    ([name, allowed]) => `    ${name}) COMPREPLY=($(compgen -W ${word(allowed.join(' '))} -- "$current")); return ;;`,
  );
  const groups = groupsIn(all);
  return `# Completion of fsp for bash; made by "fsp completion bash".
_fsp() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" words=""
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
${choices.join('\n')}
  esac
  if ((COMP_CWORD > 1)); then path="\${COMP_WORDS[1]}"; fi
  case "$path" in
    ${groups.join(' | ')}) if ((COMP_CWORD > 2)); then path="$path \${COMP_WORDS[2]}"; fi ;;
  esac
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
# What is neither command nor flag is a file.
complete -o default -F _fsp fsp fallback-status-point
`;
}

/** Commands that have commands of their own. */
function groupsIn(all: Completed[]): string[] {
  return all.filter(({ path, commands }) => path !== '' && commands.length > 0).map(({ path }) => path);
}

function zsh(all: Completed[]): string {
  const plain = (text: string) => text.replaceAll(/['":[\]\\]/g, ' ');
  const cases = all.map(({ path, commands, flags }) => {
    const words = [...commands, ...flags].map(({ name, description }) => `'${name}:${plain(description)}'`);
    return `    '${path}') offered=(${words.join(' ')}) ;;`;
  });
  return `#compdef fsp fallback-status-point
# Completion of fsp for zsh; made by "fsp completion zsh".
_fsp() {
  local -a offered before
  before=("\${(@)words[2,CURRENT-1]}")
  case "\${(j: :)before}" in
    ${groupsIn(all)
      .map((group) => `${group}\\ *`)
      .join(' | ')}) before=("\${(@)before[1,2]}") ;;
    *) before=("\${(@)before[1,1]}") ;;
  esac
  case "\${(j: :)before}" in
${cases.join('\n')}
  esac
  _describe 'fsp' offered
  _files
}
_fsp "$@"
`;
}

function fish(all: Completed[]): string {
  const plain = (text: string) => text.replaceAll(/['\\]/g, ' ');
  const condition = ({ path, commands }: Completed) => {
    const seen = path.split(' ').filter(Boolean);
    if (seen.length === 0) return '__fish_use_subcommand';
    const below = commands.map(({ name }) => name).join(' ');
    return `${seen.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ')}${below === '' ? '' : `; and not __fish_seen_subcommand_from ${below}`}`;
  };
  const lines = all.flatMap((one) => [
    ...one.commands.map(
      ({ name, description }) => `complete -c fsp -n '${condition(one)}' -a '${name}' -d '${plain(description)}'`,
    ),
    ...one.flags.map(
      ({ name, description, takesValue, choices }) =>
        `complete -c fsp -n '${condition(one)}' -l '${name.slice(2)}'${takesValue ? ' -r' : ''}${choices.length > 0 ? ` -a '${choices.join(' ')}'` : ''} -d '${plain(description)}'`,
    ),
  ]);
  return `# Completion of fsp for fish; made by "fsp completion fish".\n${lines.join('\n')}\n`;
}
