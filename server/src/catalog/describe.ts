import { findError } from './errors.js';
import { describeState, type StateDescription } from './states.js';

export interface MessageDescription extends StateDescription {
  /** Canonical code, or '' where the parameters name none. */
  errorCode: string;
  errorText: string;
}

/** The part of a state message that its meaning depends on. */
export interface Describable {
  topic: { type: number };
  state: { id: number };
  params: readonly string[];
}

/** Whether a parameter can be an error: of what went well, or of an installation under way, a number is something else. */
function mayNameError(topicType: number, { outcome }: StateDescription): boolean {
  return outcome === 'failed' || outcome === 'unknown' || (outcome === 'in_progress' && topicType !== 800);
}

/** Everything that the catalogue knows of a state message. */
export function describeMessage({ topic, state, params }: Describable): MessageDescription {
  const described = describeState(topic.type, state.id, params);
  const error = mayNameError(topic.type, described) ? findError(topic.type, state.id, params) : null;
  return { ...described, errorCode: error?.code ?? '', errorText: error?.text ?? '' };
}
