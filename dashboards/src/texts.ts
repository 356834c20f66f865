import { literal } from './clickhouse.js';
import { pick, type Language } from './language.js';

/** What stands for a parameter that is empty. */
export const notGiven = (language: Language) => literal(pick(language, ['(not given)', '(non indiqué)']));

/** Texts of the catalogue by their keys: small enough to stand in a query as one value. */
const statesIn = (language: Language) =>
  `(SELECT mapFromArrays(groupArray(concat(toString(topic_type), '/', toString(state_id))), groupArray(${pick(language, ['state_text', 'state_text_fr'])})) FROM state_catalog FINAL)`;
const frenchErrors =
  "(SELECT mapFromArrays(groupArray(error_code), groupArray(error_text_fr)) FROM error_catalog FINAL WHERE family IN ('msi', 'win32', 'hresult'))";

/** A cell folds between words only: of a longer one, an address mostly, its middle is left out. The app has it whole. */
const longestWord = 22;
const kept = { begin: 9, end: 12 };
export const shortened = (text: string) =>
  `arrayStringConcat(arrayMap(w -> if(lengthUTF8(w) > ${longestWord}, concat(substringUTF8(w, 1, ${kept.begin}), '…', substringUTF8(w, -${kept.end})), w), splitByChar(' ', ${text})), ' ')`;

interface StateColumns {
  topic: string;
  state: string;
  text: string;
  param: string;
}

/** Columns of a message, and those of a client's last word. */
export const ofMessage: StateColumns = {
  topic: 'topic_type',
  state: 'state_id',
  text: 'state_text',
  param: 'params[1]',
};
export const ofClient: StateColumns = {
  topic: 'last_topic_type',
  state: 'last_state_id',
  text: 'last_state_text',
  param: 'last_param',
};

/** A state in words: ClickHouse keeps them in English, with the parameter filled in. */
export function stateIn(language: Language, { topic, state, text, param }: StateColumns): string {
  if (language === 'en') return text;
  const label = labelOf(language, topic, state);
  return `if(${label} = '', ${text}, replaceOne(${label}, '{1}', if(${param} = '', ${notGiven(language)}, ${param})))`;
}

const labelOf = (language: Language, topic: string, state: string) =>
  `${statesIn(language)}[concat(toString(${topic}), '/', toString(${state}))]`;

/** What a group by topic and state is called: what all of its members share, their parameter only where it is the same. */
export function sharedStateIn(language: Language, { topic, state, text, param }: StateColumns): string {
  const label = labelOf(language, topic, state);
  const shared = `multiIf(min(${param}) != max(${param}), '…', any(${param}) = '', ${notGiven(language)}, any(${param}))`;
  return `if(${label} = '', any(${text}), replaceOne(${label}, '{1}', ${shared}))`;
}

/** What an error means. */
export function errorIn(language: Language, code: string, text: string): string {
  return language === 'en' ? text : `if(${frenchErrors}[${code}] = '', ${text}, ${frenchErrors}[${code}])`;
}

const topics: Record<number, [string, string]> = {
  800: ['Deployment and assignment', 'Déploiement et affectation'],
  810: ['Co-management', 'Cogestion'],
  1000: ['Management point', 'Point de gestion'],
  1001: ['Certificate', 'Certificat'],
  1100: ['HTTPS', 'HTTPS'],
  1300: ['Health', 'Santé'],
};

/** A topic as people call it; its own name where it has no other. */
export function topicIn(language: Language): string {
  const names = Object.values(topics).map((text) => literal(pick(language, text)));
  return `transform(topic_type, [${Object.keys(topics).join(', ')}], [${names.join(', ')}], toString(topic_name))`;
}

/** What to do first about a message's error, or, where that is not known, about its state; for alerts, in English. */
export const adviceOf =
  "if((SELECT mapFromArrays(groupArray(error_code), groupArray(advice)) FROM error_catalog FINAL WHERE family IN ('msi', 'win32', 'hresult'))[error_code] != '' AND error_code != '', (SELECT mapFromArrays(groupArray(error_code), groupArray(advice)) FROM error_catalog FINAL WHERE family IN ('msi', 'win32', 'hresult'))[error_code], (SELECT mapFromArrays(groupArray(concat(toString(topic_type), '/', toString(state_id))), groupArray(advice)) FROM state_catalog FINAL)[concat(toString(topic_type), '/', toString(state_id))])";
