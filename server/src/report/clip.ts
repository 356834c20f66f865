import type { Machine, StateMessage } from './types.js';

/**
 * The longest texts that are kept of what a client says, in UTF-16 code units. Anybody may send four million as a name,
 * and some twenty of these would be more than any list of clients can show. A computer's name has 15 characters in NetBIOS
 * and 253 in DNS (RFC 1035); parameters are codes, names, paths and short texts. What is cut stands whole in the report's
 * bytes.
 */
const longest = { identifier: 128, name: 256, param: 4_096 } as const;

const mark = '…';

function clip(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length - mark.length).toWellFormed() + mark;
}

/** A machine as it is kept: with texts of a length that has an end. */
export function clippedMachine(machine: Machine): Machine {
  return {
    ...machine,
    clientId: clip(machine.clientId, longest.identifier),
    clientVersion: clip(machine.clientVersion, longest.identifier),
    netbiosName: clip(machine.netbiosName, longest.name),
  };
}

/** The same of a message; its details stay whole. */
export function clippedMessage(message: StateMessage): StateMessage {
  const { topic, params } = message;
  return {
    ...message,
    topic: {
      ...topic,
      id: clip(topic.id, longest.identifier),
      user: clip(topic.user, longest.name),
      userSid: clip(topic.userSid, longest.name),
    },
    params: params.map((param) => clip(param, longest.param)),
  };
}
