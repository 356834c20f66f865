import { t } from '@grafana/i18n';
import { stateCatalog } from '../../../server/src/catalog/states.js';
import { textLanguage } from './errors.js';

const states = new Map(stateCatalog.map((row) => [`${row.topicType}/${row.stateId}`, row]));

/**
 * A state's text, which is stored in English with its parameter filled in, in the user's language.
 * @param shared what stands for the parameter of a group, where its members have one each
 */
export function stateText(topicType: number, stateId: number, english: string, shared?: string): string {
  const row = states.get(`${topicType}/${stateId}`);
  if (shared === '…' && row !== undefined)
    return (textLanguage() === 'en' || row.textFr === '' ? row.text : row.textFr).replace('{1}', shared);
  if (row === undefined && english === `state ${stateId}`)
    return t('state.unknown', 'state {{state}}', { state: stateId });
  if (textLanguage() === 'en' || row === undefined || row.textFr === '') return english;
  const [before = '', after] = row.text.split('{1}');
  if (after === undefined) return english === row.text ? row.textFr : english;
  if (!english.startsWith(before) || !english.endsWith(after)) return english;
  const param = english.slice(before.length, english.length - after.length);
  return row.textFr.replace('{1}', () => (param === '(not given)' ? '(non indiqué)' : param));
}

/** What a state is called whatever its parameter, by topic and state (`800/313`), in the user's language. */
export const stateNames = (): [state: string, name: string][] =>
  [...states].map(([key, { stateId, text, textFr }]) => [
    key,
    `${stateId} ${(textLanguage() === 'en' || textFr === '' ? text : textFr).replace('{1}', '…')}`,
  ]);

/** A topic as people call it; its own name where it has no other, its number where nobody knows it. */
export function topicText(topicType: number, name: string): string {
  switch (topicType) {
    case 800:
      return t('topic.deployment', 'Deployment');
    case 810:
      return t('topic.comanagement', 'Co-management');
    case 1000:
      return t('topic.management-point', 'Management point');
    case 1001:
      return t('topic.certificate', 'Certificate');
    case 1100:
      return t('topic.https', 'HTTPS');
    case 1300:
      return t('topic.health', 'Health');
    default:
      return name === `topic ${topicType}` ? t('topic.unknown', 'topic {{topic}}', { topic: topicType }) : name;
  }
}
