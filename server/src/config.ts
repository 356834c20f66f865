import { readFileSync, statSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { settings, type Config, type ConfigKey, type Setting } from './config-schema.js';
import { FspError } from './errors.js';
import { shownAddress } from './http/shown-address.js';

export { settings, type Config, type ConfigKey } from './config-schema.js';

/** Where a value came from: `default`, `file NAME`, the variable's name, or the flag. */
export type Sources = Record<ConfigKey, string>;

export interface LoadedConfig {
  config: Config;
  sources: Sources;
  /** Things that look like mistakes but stop nothing, such as an unknown `FSP_…` variable. */
  warnings: string[];
}

export interface ConfigInput {
  /** Path of a JSON or YAML file. */
  file?: string | undefined;
  env: Record<string, string | undefined>;
  /** Values from the command line, by key. */
  flags: Partial<Record<ConfigKey, string>>;
}

/** The items of a setting that is a list separated by commas. */
export function listOf(setting: string): string[] {
  return setting
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

/**
 * The effective configuration: defaults < file < environment < flags. An empty variable counts as not set.
 * @throws FspError FSP_CONFIG_INVALID naming the setting, its value (never a secret's) and what is allowed
 */
export function loadConfig(input: ConfigInput): LoadedConfig {
  const values: Record<string, unknown> = {};
  const sources: Record<string, string> = {};
  const warnings: string[] = [];
  const take = (setting: Setting, value: unknown, source: string) => {
    values[setting.key] = value === null && source === 'default' ? null : checked(setting, value, source);
    sources[setting.key] = source;
  };

  for (const setting of settings) take(setting, setting.default, 'default');
  if (input.file !== undefined) {
    for (const [key, value] of Object.entries(readConfigFile(input.file))) {
      const setting = settings.find((candidate) => candidate.key === key);
      if (setting === undefined) {
        throw invalid(`${key} in ${input.file} is no setting; allowed: ${settings.map((one) => one.key).join(', ')}`);
      }
      take(setting, value, `file ${input.file}`);
    }
  }
  for (const setting of settings) {
    const value = input.env[setting.env] ?? '';
    const file = setting.envFile === null ? '' : (input.env[setting.envFile] ?? '');
    if (value !== '' && file !== '')
      throw invalid(`${setting.env} and ${setting.envFile} are both set; allowed: one of them`);
    if (value !== '') take(setting, value, setting.env);
    else if (file !== '') take(setting, secretIn(file, setting.envFile!), setting.envFile!);
  }
  for (const name of Object.keys(input.env)) {
    if (name.startsWith('FSP_') && !settings.some(({ env, envFile }) => env === name || envFile === name)) {
      warnings.push(`${name} is no setting of this version and is ignored; see "fsp config --reference"`);
    }
  }
  for (const setting of settings) {
    const value = input.flags[setting.key];
    if (value !== undefined) take(setting, value, setting.flag);
  }

  const config = values as Config;
  refuseSharedPorts(config);
  return { config, sources: sources as Sources, warnings };
}

function checked(setting: Setting, value: unknown, source: string): unknown {
  // Numbers come as text from the environment and the flags; nothing else is converted, so that "tru" never passes.
  const converted =
    setting.number && typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
  if (setting.takes(converted)) return converted;
  // A URL may hold a password by mistake, also in a list where a text belongs.
  const shown = setting.secret
    ? '(not shown)'
    : JSON.stringify(value, (_, one: unknown) => (typeof one === 'string' ? shownAddress(one) : one));
  const where = [setting.env, setting.envFile, setting.flag].includes(source) ? source : `${setting.key} (${source})`;
  throw invalid(`${where} is ${shown}; allowed: ${setting.allowed}`);
}

function refuseSharedPorts(config: Config): void {
  const ports: [string, number][] = [
    ['FSP_INTAKE_PORT', config.intakePort],
    ['FSP_MANAGEMENT_PORT', config.managementPort],
    ...(config.clickhouseUrl === ''
      ? ([
          ['FSP_EMBEDDED_CLICKHOUSE_PORT', config.embeddedClickhousePort],
          ['FSP_EMBEDDED_CLICKHOUSE_NATIVE_PORT', config.embeddedClickhouseNativePort],
        ] as [string, number][])
      : []),
  ];
  for (const [index, [name, port]] of ports.entries()) {
    const twin = ports.slice(0, index).find(([, other]) => other === port && port !== 0);
    if (twin) throw invalid(`${name} is ${port}, which is also ${twin[0]}; allowed: a port of its own for each`);
  }
}

/** The secret that a file holds, as container platforms hand secrets over; the end of its line is not part of it. */
function secretIn(file: string, variable: string): string {
  try {
    const stats = statSync(file);
    // A FIFO without a writer would hold the start for ever; what is larger is no secret.
    if (!stats.isFile() || stats.size > 64 * 1024) throw new Error('it is no small file');
    const secret = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    // Whoever names a file means it: without a token one would be made, and a password would be none.
    if (secret === '') throw new Error('it is empty');
    return secret;
  } catch (error) {
    throw invalid(
      `${variable} is ${JSON.stringify(file)}, which cannot be read (${firstLine(error)}); allowed: a file that holds the secret`,
    );
  }
}

function readConfigFile(file: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = parseYaml(readFileSync(file, 'utf8'));
  } catch (error) {
    throw invalid(`--config ${file} cannot be read: ${firstLine(error)}; allowed: a JSON or YAML file of settings`);
  }
  if (content === null) return {};
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw invalid(`--config ${file} holds no settings; allowed: one mapping of settings to values`);
  }
  return content as Record<string, unknown>;
}

function invalid(message: string): FspError {
  return new FspError('FSP_CONFIG_INVALID', message);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
