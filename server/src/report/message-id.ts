import { hash } from 'node:crypto';
import type { Machine, StateMessage } from './types.js';

/**
 * The identity of a state message: 32 lower-case hexadecimal digits, made of what it says and nothing of how it came.
 * A client that sends the same message again, because an answer was lost, sends the same identity.
 * @param reportTime tells messages apart that have neither a time nor a number of their own; two real failures would
 *   else be one
 */
export function messageId(machine: Machine, message: StateMessage, reportTime: number | null = null): string {
  const { topic, state } = message;
  const unmarked = message.messageTime === null && message.serialNumber === null && reportTime !== null;
  // JSON of an array: no field can run into its neighbour.
  const identity = JSON.stringify([
    machine.clientId,
    machine.netbiosName.toUpperCase(),
    message.messageTime,
    message.serialNumber,
    topic.type,
    topic.id,
    topic.user,
    topic.userSid,
    state.id,
    message.params,
    message.details,
    ...(unmarked ? [reportTime] : []),
  ]);
  return hash('sha256', identity).slice(0, 32);
}
