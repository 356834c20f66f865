// What the page and the board of one client show of it.
import { expect, test } from 'vitest';
import { messagesSql, type ClientMessage } from '../../grafana-plugin/src/queries/clients.js';
import { sharedEngine } from '../shared-engine.js';
import { hour, now, toldTo } from './told.js';

const { tell, ask, panel } = toldTo(sharedEngine());

test('a client that was renamed has what it said under its former name, before it had an id too', async () => {
  await tell([
    { name: 'OLD1', state: 100, at: now - 5 * hour },
    { name: 'OLD1', state: 313, params: ['1603'], at: now - 4 * hour },
    { name: 'OLD1', id: 1, state: 400, at: now - 3 * hour },
    { name: 'NEW1', id: 1, topic: 1000, state: 1, at: now - hour },
    { name: 'OTHER1', id: 2, state: 400, at: now - hour },
  ]);
  const messages = await ask<ClientMessage>(messagesSql('NEW1'));
  expect(messages.map(({ state_id }) => state_id)).toEqual([1, 400, 313, 100]);
  expect(messages[2]).toMatchObject({ error_code: '1603', params: '["1603"]', details: '' });
  expect(messages.every(({ raw }) => raw !== '')).toBe(true);
  expect(Number((await ask(`SELECT message_count FROM client(name = 'NEW1')`))[0]!.message_count)).toBe(4);
  expect(await panel('client', 'Messages', { variables: { client: 'NEW1' } })).toHaveLength(4);
});
