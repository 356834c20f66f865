import { type Command, Option } from 'commander';
import wrapAnsi from 'wrap-ansi';
import { explain, type Explanation, type Meaning } from '../catalog/explain.js';
import type { Language } from '../catalog/text.js';
import { FspError } from '../errors.js';

const labels = {
  en: { do: 'First', also: 'Also', source: 'Source', param: 'parameter', colon: ':' },
  fr: { do: 'D’abord', also: 'Aussi', source: 'Source', param: 'paramètre', colon: '\u00a0:' },
};

/** `fsp explain`: what a code or state means and what to do first. Needs no server. */
export function registerExplain(program: Command): void {
  program
    .command('explain')
    .argument('<code...>', 'an error code in any spelling, a symbol, or a state')
    .description('says what an error code or a state of a client means, and what to do first')
    .addOption(new Option('--lang <language>', 'language of the answer').choices(['en', 'fr']).default('en'))
    .option('--json', 'the answer as JSON, in both languages')
    // A code may be a negative number, which is no option.
    .allowUnknownOption()
    .addHelpText(
      'after',
      `
Examples:
  fsp explain 0x80070643
  fsp explain 1603 0x80070005
  fsp explain -- -2147024891
  fsp explain CRYPT_E_NOT_FOUND
  fsp explain 313
  fsp explain topic 800 state 313 --lang fr
  fsp explain ccmsetup 7
  fsp explain message 1303

Exit code: 0 it was found, 2 it was not; what resembles it is named.
`,
    )
    .action((words: string[], { lang, json }: { lang: Language; json?: true }) => {
      const found = explainWords(words);
      if (json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
      else if (found.meanings.length > 0) process.stdout.write(asText(found, lang));
      if (found.meanings.length === 0) throw notFound(found, lang);
    });
}

/** One code in several words, as `topic 800 state 313`, or several codes. */
function explainWords(words: readonly string[]): Explanation {
  const together = explain(words.join(' '));
  if (together.meanings.length > 0) return together;
  const each = words.map((word) => explain(word));
  if (each.some(({ meanings }) => meanings.length === 0)) return together;
  return { ...together, meanings: each.flatMap(({ meanings }) => meanings), candidates: [] };
}

/** The error for what is neither a code nor a state, with what resembles it. */
function notFound({ query, candidates }: Explanation, lang: Language): FspError {
  const names = candidates.map(({ code, meaning }) => `${code} (${meaning[lang]})`).join(', ');
  return new FspError(
    'FSP_USAGE',
    `“${query.slice(0, 100)}” is no code or state that is known; ${
      names === ''
        ? 'give a code as 1603, 0x80070643, CRYPT_E_NOT_FOUND, or a state as 800/313'
        : `is one of these meant? ${names}`
    }`,
  );
}

function asText({ meanings }: Explanation, lang: Language): string {
  const width = Math.min(Math.max(process.stdout.columns ?? 100, 40), 120);
  return meanings.map((meaning) => asParagraph(meaning, lang, width)).join('\n');
}

function asParagraph(meaning: Meaning, lang: Language, width: number): string {
  const { kind, code, symbol, area, advice, source, spellings } = meaning;
  const label = labels[lang];
  const heading = [`${kindInWords(kind, lang)} ${code}`, symbol, area].filter((part) => part !== '').join(' · ');
  const body = [
    `${meaning.meaning[lang].replace('{1}', `<${label.param} 1>`)}.`,
    advice[lang] === '' ? '' : `${label.do}${label.colon} ${advice[lang]}.`,
    spellings.length === 0 ? '' : `${label.also}${label.colon} ${spellings.join(', ')}`,
    source === '' ? '' : `${label.source}${label.colon} ${source}`,
  ].filter((line) => line !== '');
  const indented = body.map((line) => wrapAnsi(line, width - 2).replaceAll(/^/gm, '  '));
  return `${heading}\n${indented.join('\n')}\n`;
}

function kindInWords(kind: Meaning['kind'], lang: Language): string {
  const words: Record<Meaning['kind'], [en: string, fr: string]> = {
    ccmsetup: ['ccmsetup', 'ccmsetup'],
    msi: ['Windows Installer', 'Windows Installer'],
    message: ['Windows Installer message', 'Message de Windows Installer'],
    win32: ['Win32', 'Win32'],
    hresult: ['HRESULT', 'HRESULT'],
    state: ['State', 'État'],
  };
  return words[kind][lang === 'en' ? 0 : 1];
}
