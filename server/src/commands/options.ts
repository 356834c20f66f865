import type { Command } from 'commander';
import { loadConfig, settings, type ConfigKey, type LoadedConfig } from '../config.js';

/** Gives a command `--config` and one flag for every setting. */
export function addConfigOptions(command: Command): Command {
  command.option('--config <file>', 'settings from a JSON or YAML file');
  for (const setting of settings) {
    command.option(`${setting.flag} <value>`, `${setting.description} (${setting.env}; ${setting.defaultText})`);
  }
  return command;
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
