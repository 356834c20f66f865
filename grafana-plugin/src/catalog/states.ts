import { stateCatalog } from '../../../server/src/catalog/states.js';
import { textLanguage } from './errors.js';

const states = new Map(stateCatalog.map((row) => [`${row.topicType}/${row.stateId}`, row]));

/** A state's text, which is stored in English with its parameter filled in, in the user's language. */
export function stateText(topicType: number, stateId: number, english: string): string {
  const row = states.get(`${topicType}/${stateId}`);
  if (textLanguage() === 'en' || row === undefined || row.textFr === '') return english;
  const [before = '', after] = row.text.split('{1}');
  if (after === undefined) return english === row.text ? row.textFr : english;
  if (!english.startsWith(before) || !english.endsWith(after)) return english;
  const param = english.slice(before.length, english.length - after.length);
  return row.textFr.replace('{1}', () => (param === '(not given)' ? '(non indiqué)' : param));
}
