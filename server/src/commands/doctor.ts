import { styleText } from 'node:util';
import type { Command } from 'commander';
import type { Diagnosis } from '../doctor/check.js';
import { addConfigOptions, configOfServer } from './options.js';

const styles = { ok: 'green', warning: 'yellow', failure: 'red' } as const;

/** `fsp doctor`: everything that a deployment needs, and how to mend what is wrong. */
export function registerDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .description('checks everything that a deployment needs, and says how to mend what is wrong')
    .option('--json', 'an array of findings')
    .addHelpText(
      'after',
      '\nExit code: 0 where nothing failed (warnings may be there), 1 otherwise.\n\nExamples:\n  fsp doctor\n  fsp doctor --config /etc/fsp.yaml --json\n',
    );
  addConfigOptions(command).action(async (flags: { json?: true }) => {
    const { config } = configOfServer(command);
    const { examine } = await import('../doctor/examine.js');
    const diagnoses = await examine(config, process.env);
    process.stdout.write(flags.json ? `${JSON.stringify(diagnoses, null, 2)}\n` : textOf(diagnoses));
    if (diagnoses.some(({ state }) => state === 'failure')) process.exitCode = 1;
  });
}

function textOf(diagnoses: readonly Diagnosis[]): string {
  const colours = process.stdout.isTTY && (process.env.NO_COLOR ?? '') === '' && process.stdout.hasColors();
  const width = Math.max(...diagnoses.map(({ subject }) => subject.length));
  return diagnoses
    .map(({ subject, state, found, mend }) => {
      const word = state.padEnd(7);
      const line = `${colours ? styleText(styles[state], word) : word}  ${subject.padEnd(width)}  ${found}\n`;
      return mend === '' ? line : `${line}${' '.repeat(width + 11)}→ ${mend}\n`;
    })
    .join('');
}
