// Figures of boards and pages in fleets of a few lines each, of which the truth is plain.
import { describe, expect, test } from 'vitest';
import { everything } from '../../grafana-plugin/src/queries/chosen.js';
import { clientsSql, noFilter, type ClientFilter } from '../../grafana-plugin/src/queries/clients.js';
import { commonSql } from '../../grafana-plugin/src/queries/incidents.js';
import { fleetSql } from '../../grafana-plugin/src/queries/overview.js';
import { sharedEngine } from '../shared-engine.js';
import { hour, now, times, toldTo, type ScopeGiven } from './told.js';

const { tell, ask, panel, figures } = toldTo(sharedEngine());

/** Parts of the fleet by where their deployment stands, as board and page have it: both must have the same. */
async function fleet(scope?: ScopeGiven) {
  const board = await figures('overview', 'Clients by outcome', scope);
  const [page] = await ask(fleetSql(everything), scope);
  for (const [name, number] of Object.entries(board)) expect([name, Number(page![name])]).toEqual([name, number]);
  const { clients, ...parts } = board;
  expect(Object.values(parts).reduce((sum, part) => sum! + part!, 0)).toBe(clients);
  return Object.fromEntries(Object.entries(board).filter(([, number]) => number !== 0));
}
const rate = async (scope?: ScopeGiven) => (await panel('overview', 'Success rate', scope))[0]!.success_rate;
const listed = async (filter: Partial<ClientFilter>, scope?: ScopeGiven) =>
  Number(
    (await ask(clientsSql(everything, { ...noFilter, ...filter }, 'client_name', false, 1), scope))[0]?.total ?? 0,
  );

describe('clients that said nothing of a deployment', () => {
  test('neither failed nor succeeded, on board and page, and are a figure of their own', async () => {
    await tell([
      ...times(30, (one) => ({ name: `CUT${one}`, id: one, topic: 1000, state: 2, params: ['12029'], at: now - hour })),
      ...times(10, (one) => ({ name: `ON${one}`, id: 100 + one, topic: 1000, state: 1, at: now - hour })),
      { name: 'COM1', id: 200, topic: 810, state: 110, at: now - hour },
    ]);
    expect(await fleet()).toEqual({ clients: 41, no_word: 41 });
    expect(await rate()).toBeNull();
    expect(await panel('failures', 'Clients that installed')).toEqual([]);
    expect(await listed({ outcome: 'no_word' })).toBe(41);
    expect(await listed({ outcome: 'failed' })).toBe(0);
    const [site] = await panel('overview', 'Clients of each site');
    expect(site).toMatchObject({ failed_clients: 0, installed: 0 });
  });

  test('are not among those that fail when it is asked what these have in common', async () => {
    await tell([
      ...times(30, (one) => ({
        name: `CUT${one}`,
        id: one,
        topic: 1000,
        state: 2,
        at: now - hour,
        address: '10.2.0.1',
      })),
      ...times(5, (one) => ({ name: `BAD${one}`, state: 313, params: ['1603'], at: now - hour, address: '10.3.0.1' })),
      ...times(5, (one) => ({ name: `OK${one}`, id: 100 + one, state: 400, at: now - hour, address: '10.4.0.1' })),
    ]);
    for (const rows of [
      await ask(commonSql(everything, 'en')),
      await panel('failures', 'What failing clients have in common'),
    ]) {
      expect(rows.map(({ value }) => value)).toContain('10.3.0.0/24');
      expect(rows.map(({ value }) => value)).not.toContain('10.2.0.0/24');
    }
  });
});
