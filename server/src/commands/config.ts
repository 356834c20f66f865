import type { Command } from 'commander';
import { settings } from '../config.js';
import { addConfigOptions, configOf } from './options.js';

/** `fsp config`: the effective configuration, secrets masked, and where each value came from. */
export function registerConfig(program: Command): void {
  const command = program
    .command('config')
    .description('the effective configuration, secrets masked, and where each value came from')
    .option('--json', 'as one JSON object')
    .option('--reference', 'the reference of all settings as a Markdown table')
    .addHelpText('after', '\nExamples:\n  fsp config\n  FSP_INTAKE_PORT=80 fsp config --json\n');
  addConfigOptions(command).action((options: { json?: true; reference?: true }) => {
    if (options.reference) process.stdout.write(configReference());
    else {
      const rows = effective(command);
      process.stdout.write(
        options.json
          ? `${JSON.stringify(Object.fromEntries(rows.map(({ key, ...row }) => [key, row])), null, 2)}\n`
          : table(rows),
      );
    }
  });
}

/** Every setting as a Markdown table, which docs/configuration.md holds. */
export function configReference(): string {
  const rows = settings.map(
    (setting) =>
      `| \`${setting.env}\`${setting.envFile === null ? '' : `, \`${setting.envFile}\``} | \`${setting.key}\` | ${setting.defaultText} | ${setting.description} | ${setting.allowed} |`,
  );
  return ['| variable | in a file | default | meaning | allowed |', '|---|---|---|---|---|', ...rows, ''].join('\n');
}

function effective(command: Command) {
  const { config, sources } = configOf(command);
  return settings.map(({ key, secret, defaultText }) => {
    const value = config[key] ?? defaultText;
    return { key, value: secret && value !== '' ? '********' : value, source: sources[key] };
  });
}

function table(rows: { key: string; value: string | number; source: string }[]): string {
  const keyWidth = Math.max(...rows.map((row) => row.key.length));
  const valueWidth = Math.max(...rows.map((row) => String(row.value).length));
  return rows
    .map((row) => `${row.key.padEnd(keyWidth)}  ${String(row.value).padEnd(valueWidth)}  ${row.source}\n`)
    .join('');
}
