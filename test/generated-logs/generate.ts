import type { LogFormat } from '../../server/src/setup-logs/types.js';
import { generateCcm } from './ccm.js';
import { Draw } from './draw.js';
import { generateMsi } from './msi.js';
import { generateRoleSetup } from './role-setup.js';
import { generateSimple } from './simple.js';
import type { GeneratedLog, GeneratorOptions } from './types.js';

const generators = { ccm: generateCcm, simple: generateSimple, role_setup: generateRoleSetup, msi: generateMsi };

/**
 * A whole log with its known truth, composed of building blocks: the same seed gives the same bytes on every machine.
 * What is true of it comes from the script of events that is played, and never from a parser.
 */
export function generateLog(format: LogFormat, seed: number, options: GeneratorOptions = {}): GeneratedLog {
  // Seeds beside each other shall give logs that have nothing to do with each other.
  const draw = new Draw(Math.imul(seed + 1, 0x9e3779b1) ^ (format.length << 24));
  return generators[format](draw, seed, options);
}

/** One after the other, for whoever reads many. */
export function* generateLogs(
  format: LogFormat,
  count: number,
  seed: number,
  options: GeneratorOptions = {},
): Generator<GeneratedLog> {
  for (let index = 0; index < count; index++) yield generateLog(format, seed + index, options);
}
