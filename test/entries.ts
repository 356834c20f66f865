import { createHash } from 'node:crypto';
import type { Batch, SpoolEntry, StateMessageEntry } from '../server/src/spool/entries.js';

/** A state message as it stands in the spool; `name` makes its identity. */
export function entry(name: string, more: Partial<StateMessageEntry> = {}): StateMessageEntry {
  return {
    kind: 'state_message',
    messageId: identityOf(name),
    receivedAt: Date.parse('2026-01-02T03:04:06Z'),
    clientAddress: '10.1.2.3',
    machine: {
      clientInstalled: false,
      clientId: '00000000-0000-0000-0000-000000000000',
      clientVersion: '5.00.0000.0000',
      netbiosName: name,
    },
    reportTime: null,
    message: {
      messageTime: Date.parse('2026-01-02T03:04:05Z'),
      serialNumber: 1,
      topic: { type: 800, id: '{0D94311F-CB7B-4E73-94B1-75878081111C}', idType: 0, user: '', userSid: '' },
      state: { id: 100, criticality: 0 },
      details: '',
      params: [],
    },
    failed: false,
    reportIndex: 0,
    raw: Buffer.from('<Report/>'),
    ...more,
  };
}

function identityOf(name: string): string {
  const hex = Buffer.from(name).toString('hex').padStart(32, '0');
  return hex.length === 32 ? hex : createHash('sha256').update(name).digest('hex').slice(0, 32);
}

/** What a client says at a moment of its own clock: its name, the state, and what else is to be so. */
export function state(
  name: string,
  id: number,
  at: string,
  more: Partial<StateMessageEntry> = {},
  topicType = 800,
): StateMessageEntry {
  const base = entry(`${name}${topicType}/${id}${at}`, more);
  const machine = { ...base.machine, netbiosName: name, ...more.machine };
  return {
    ...base,
    machine,
    message: {
      ...base.message,
      messageTime: Date.parse(at),
      state: { id, criticality: 0 },
      topic: { ...base.message.topic, type: topicType },
    },
  };
}

let batches = 0;

/** A batch as the delivery makes it, with an id that no other has. */
export const batchOf = (...entries: SpoolEntry[]): Batch => ({
  id: `${Date.now().toString(16)}${(++batches).toString(16)}`.padStart(32, '0'),
  createdAt: Date.parse('2026-01-02T03:05:00Z'),
  entries,
});
