// What the page and the board of one client show of it.
import { expect, test } from 'vitest';
import { messagesSql, type ClientMessage } from '../../grafana-plugin/src/queries/clients.js';
import { sharedEngine } from '../shared-engine.js';
import { day, hour, now, toldTo } from './told.js';

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

test('its messages stand in the order in which it said them, whatever its clock says', async () => {
  await tell([
    { name: 'SETBACK1', state: 100, at: now + 400 * day, received: now - 3 * hour },
    { name: 'SETBACK1', state: 313, params: ['1603'], at: now - 2 * hour },
    { name: 'SETBACK1', state: 100, at: Date.UTC(2001, 0, 1), received: now - hour },
  ]);
  const rows = await panel('client', 'Messages', { variables: { client: 'SETBACK1' } });
  expect(rows.map(({ state_id, since_previous }) => [state_id, Number(since_previous)])).toEqual([
    [100, 3600],
    [313, 3600],
    [100, 0],
  ]);
});
