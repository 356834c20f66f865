import { type Command, Option } from 'commander';
import { loadConfig, settings, type ConfigKey, type LoadedConfig } from '../config.js';
import { localHost } from '../http/listen.js';
import { findServer } from '../running-server.js';

/**
 * Gives a command `--config` and one flag for every setting.
 * @param shown the settings that its help lists; the others are flags too, and `fsp config --reference` has them
 */
export function addConfigOptions(command: Command, shown: readonly ConfigKey[] = ['dataDir']): Command {
  command.option('--config <file>', 'settings from a JSON or YAML file');
  for (const { key, flag, description, env, defaultText } of settings) {
    const option = new Option(`${flag} <value>`, `${description} (${env}; ${defaultText})`);
    command.addOption(shown.includes(key) ? option : option.hideHelp());
  }
  return command.addHelpText('after', '\nEvery setting is a flag as well; fsp config --reference lists them.\n');
}

/**
 * The configuration of a command that has the options of {@link addConfigOptions}. Warnings go to stderr.
 * @throws FspError FSP_CONFIG_INVALID
 */
export function configOf(command: Command): LoadedConfig {
  const options = command.opts<Partial<Record<ConfigKey, string>> & { config?: string }>();
  const flags: Partial<Record<ConfigKey, string>> = {};
  for (const { key } of settings) if (options[key] !== undefined) flags[key] = options[key];
  const loaded = loadConfig({ file: options.config, env: process.env, flags });
  for (const warning of loaded.warnings) process.stderr.write(`fsp: ${warning}\n`);
  return loaded;
}

/**
 * The configuration of a command that speaks to a running server. Ports that nobody set, or left to chance, are those
 * that the server of the data folder took.
 * @throws FspError FSP_CONFIG_INVALID
 */
export function configOfServer(command: Command): LoadedConfig {
  const { config, sources, warnings } = configOf(command);
  const running = findServer(config.dataDir);
  if (running === null) return { config, sources, warnings };
  const port = (key: 'intakePort' | 'managementPort', url: string) =>
    sources[key] === 'default' || config[key] === 0 ? { [key]: Number(new URL(url).port) || config[key] } : {};
  return {
    config: { ...config, ...port('intakePort', running.intakeUrl), ...port('managementPort', running.managementUrl) },
    sources,
    warnings,
  };
}

/** Where clients post to, as this machine reaches it. */
export function intakeUrlOf({ intakeHost, intakePort }: LoadedConfig['config']): string {
  return `http://${localHost(intakeHost)}:${intakePort}/SMS_FSP/.sms_fsp`;
}
