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

/** Everything that the catalogue knows of a state message. */
export function describeMessage({ topic, state, params }: Describable): MessageDescription {
  const error = findError(topic.type, state.id, params);
  return { ...describeState(topic.type, state.id, params), errorCode: error?.code ?? '', errorText: error?.text ?? '' };
}
