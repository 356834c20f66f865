import { stateSource, states as table } from './tables/states.js';
import { stateSteps } from './tables/steps-states.js';
import type { Outcome, StateRow } from './types.js';

export type Phase = 'deployment' | 'assignment' | 'communication' | 'certificate' | 'health' | 'comanagement' | 'other';

export interface StateDescription {
  topicName: string;
  stateText: string;
  phase: Phase;
  outcome: Outcome;
}

/** Every topic and state that concerns a fallback status point. */
export const stateCatalog: readonly StateRow[] = table.map(
  ([topicType, topicName, stateId, text, textFr, outcome]): StateRow => {
    const step = stateSteps[`${topicType}/${stateId ?? ''}`];
    return {
      topicType,
      topicName,
      stateId,
      text,
      textFr,
      outcome,
      advice: step?.en ?? '',
      adviceFr: step?.fr ?? '',
      source: stateSource,
    };
  },
);

const states = new Map(stateCatalog.map((row) => [`${row.topicType}/${row.stateId ?? ''}`, row]));
const topics = new Map(stateCatalog.map((row) => [row.topicType, row.topicName]));

/** What a topic and state mean; unknown ones are named by their numbers, with outcome `unknown`. */
export function describeState(topicType: number, stateId: number, params: readonly string[]): StateDescription {
  const row = states.get(`${topicType}/${stateId}`);
  return {
    topicName: topics.get(topicType) ?? `topic ${topicType}`,
    stateText: row === undefined ? `state ${stateId}` : fillIn(row.text, params[0] ?? ''),
    phase: phaseOf(topicType, stateId),
    outcome: row?.outcome ?? 'unknown',
  };
}

/** The parameters that a state's text does not name; none of a state that is not known. */
export function unnamedParams(topicType: number, stateId: number, params: readonly string[]): readonly string[] {
  const row = states.get(`${topicType}/${stateId}`);
  if (row === undefined) return [];
  return row.text.includes('{1}') ? params.slice(1) : params;
}

function fillIn(text: string, param: string): string {
  return text.replace('{1}', () => (param === '' ? '(not given)' : param));
}

function phaseOf(topicType: number, stateId: number): Phase {
  switch (topicType) {
    case 800:
      return stateId >= 500 && stateId < 800 ? 'assignment' : 'deployment';
    case 810:
      return 'comanagement';
    case 1000:
      return 'communication';
    case 1001:
      return 'certificate';
    case 1300:
      return 'health';
    default:
      return 'other';
  }
}
