// Figures of boards and pages in fleets of a few lines each, of which the truth is plain.
import { describe, expect, test } from 'vitest';
import { everything } from '../../grafana-plugin/src/queries/chosen.js';
import { clientsSql, noFilter, type ClientFilter } from '../../grafana-plugin/src/queries/clients.js';
import { commonSql } from '../../grafana-plugin/src/queries/incidents.js';
import { deploymentsOverTimeSql, fleetSql } from '../../grafana-plugin/src/queries/overview.js';
import { sharedEngine } from '../shared-engine.js';
import { day, hour, minute, now, times, toldTo, type ScopeGiven } from './told.js';

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

describe('a deployment is judged by its end', () => {
  /** What stands for installed clients wherever that is told. */
  async function installed() {
    const [[site], list] = await Promise.all([
      panel('overview', 'Clients of each site'),
      panel('failures', 'Clients that installed'),
    ]);
    const { succeeded = 0 } = await fleet();
    expect([Number(site!.installed), list.length, await listed({ outcome: 'succeeded' })]).toEqual(
      times(3, () => succeeded),
    );
    return succeeded;
  }

  test('also where a restart is asked for after it', async () => {
    await tell([
      ...times(300, (one) => [
        { name: `RB${one}`, state: 100, at: now - 3 * hour },
        { name: `RB${one}`, id: one, state: 401, at: now - 2 * hour },
      ]),
      ...times(20, (one) => [
        { name: `F${one}`, state: 100, at: now - 3 * hour },
        { name: `F${one}`, state: 313, params: ['1603'], at: now - 2 * hour },
      ]),
    ]);
    expect(await fleet()).toEqual({ clients: 320, succeeded: 300, failed: 20 });
    expect(await rate()).toBe(300 / 320);
    expect(await installed()).toBe(300);
  });

  test('also where an assignment was begun since, or failed: that is told as such', async () => {
    await tell([
      ...times(100, (one) => [
        { name: `T${one}`, id: one, state: 400, at: now - 2 * hour },
        { name: `T${one}`, id: one, state: 500, at: now - hour },
      ]),
      { name: 'AS1', id: 200, state: 400, at: now - 2 * hour },
      { name: 'AS1', id: 200, state: 603, at: now - hour },
    ]);
    expect(await fleet()).toEqual({ clients: 101, succeeded: 101 });
    expect(await rate()).toBe(1);
    expect(await installed()).toBe(101);
    expect(await figures('overview', 'Needs a look')).toMatchObject({ not_assigned: 1 });
    expect((await ask(fleetSql(everything)))[0]).toMatchObject({ not_assigned: 1 });
    expect(await listed({ notAssigned: true })).toBe(1);
  });

  test('which a later begin or failure takes away', async () => {
    await tell([
      { name: 'AGAIN1', id: 1, state: 400, at: now - 3 * hour },
      { name: 'AGAIN1', id: 1, state: 100, at: now - 2 * hour },
      { name: 'BAD1', id: 2, state: 400, at: now - 3 * hour },
      { name: 'BAD1', id: 2, state: 313, params: ['1603'], at: now - 2 * hour },
      { name: 'WAITS1', state: 100, at: now - 3 * hour },
      { name: 'WAITS1', state: 317, at: now - 2 * hour },
    ]);
    expect(await fleet()).toEqual({ clients: 3, in_progress: 1, failed: 1, reboot_pending: 1 });
    expect(await rate()).toBe(0);
    expect((await panel('overview', 'Clients of each site'))[0]).toMatchObject({ installed: 0, failed_clients: 1 });
    expect(await panel('failures', 'Clients that installed')).toEqual([]);
    expect((await panel('failures', 'Clients that failed to install')).map(({ client_name }) => client_name)).toEqual([
      'BAD1',
    ]);
  });

  test('and who skipped it or said what nobody knows is in a part of its own', async () => {
    await tell([
      ...times(5, (one) => ({ name: `OK${one}`, id: one, state: 400, at: now - hour })),
      ...times(3, (one) => ({ name: `SK${one}`, state: 104, at: now - hour })),
      { name: 'SKIPPEDSINCE', id: 20, state: 400, at: now - 2 * hour },
      { name: 'SKIPPEDSINCE', id: 20, state: 104, at: now - hour },
      ...times(2, (one) => ({ name: `UN${one}`, id: 40 + one, state: 450, at: now - hour })),
    ]);
    expect(await fleet()).toEqual({ clients: 11, succeeded: 6, skipped: 3, unknown: 2 });
    expect(await installed()).toBe(6);
  });
});

describe('a time range', () => {
  test('hides no client that is stuck: it is silent by nature', async () => {
    await tell([
      { name: 'STUCK1', state: 100, at: now - 10 * day },
      { name: 'STUCK2', state: 100, at: now - 2 * day },
      { name: 'OK1', id: 1, state: 400, at: now - hour },
    ]);
    expect(await figures('overview', 'Needs a look')).toMatchObject({ stuck: 2 });
    expect((await panel('overview', 'Stuck clients')).map(({ client_name }) => client_name)).toEqual([
      'STUCK1',
      'STUCK2',
    ]);
    expect(await listed({ stuckHours: 24 })).toBe(2);
    expect((await ask(fleetSql(everything)))[0]).toMatchObject({ clients: 2, stuck: 2 });
    // A day on which nobody spoke.
    const silent = { from: now - 5 * day, to: now - 4 * day };
    expect(await figures('overview', 'Needs a look', silent)).toMatchObject({ stuck: 2, cut_off: 0, clock_off: 0 });
    expect((await ask(fleetSql(everything), silent))[0]).toMatchObject({ stuck: 2, cut_off: 0 });
    expect(await listed({ stuckHours: 24 }, silent)).toBe(2);
  });

  test('that is past has the clients that were heard of by then, as they stand now', async () => {
    await tell([
      ...times(100, (one) => ({ name: `P${one}`, id: one, state: 400, at: now - 3 * day })),
      ...times(50, (one) => ({ name: `Q${one}`, state: 313, params: ['1603'], at: now - 3 * day })),
      ...times(95, (one) => ({ name: `P${one}`, id: one, topic: 1000, state: 1, at: now - hour })),
      ...times(45, (one) => ({ name: `Q${one}`, id: 200 + one, state: 400, at: now - hour })),
      { name: 'LATER1', id: 300, state: 400, at: now - hour },
    ]);
    for (const clock of ['received', 'client']) {
      const scope = { from: now - 3 * day - 6 * hour, to: now - 3 * day + 6 * hour, variables: { clock } };
      expect(await figures('overview', 'Clients by outcome', scope)).toMatchObject({
        clients: 150,
        succeeded: 145,
        failed: 5,
      });
      expect((await panel('failures', 'Clients that failed to install', scope)).length).toBe(5);
      const page = { ...everything, clock: clock as 'received' | 'client' };
      expect((await ask(fleetSql(page), scope))[0]).toMatchObject({ clients: 150, succeeded: 145, failed: 5 });
      expect(await panel('communication', 'Cut off from their management point', scope)).toEqual([
        { cut_off: 0, in_contact: 95 },
      ]);
    }
  });

  test('by the clients’ clocks is none of who says another time', async () => {
    await tell([
      { name: 'FUTURE1', id: 1, state: 400, at: now + 400 * day, received: now - hour },
      { name: 'PAST1', id: 2, state: 400, at: Date.UTC(2001, 0, 1), received: now - hour },
      { name: 'RIGHT1', id: 3, state: 400, at: now - hour },
      { name: 'SETRIGHT1', id: 4, state: 100, at: now + 400 * day, received: now - hour - 1 },
      { name: 'SETRIGHT1', id: 4, state: 400, at: now - hour },
    ]);
    expect(await figures('overview', 'Clients by outcome')).toMatchObject({ clients: 4 });
    const byClient = await figures('overview', 'Clients by outcome', { variables: { clock: 'client' } });
    expect(byClient).toMatchObject({ clients: 2 });
    expect((await ask(fleetSql({ ...everything, clock: 'client' })))[0]).toMatchObject(byClient);
  });

  test('of one client has its cut-off topics too, whatever it said since', async () => {
    await tell([
      { name: 'CUT1', id: 1, topic: 1000, state: 2, params: ['12029'], at: now - 3 * day },
      { name: 'CUT1', id: 1, state: 400, at: now - hour },
    ]);
    const scope = { from: now - 3 * day - hour, to: now - 3 * day + hour };
    expect(await panel('communication', 'Clients that are cut off', scope)).toHaveLength(1);
    expect(await figures('communication', 'Why they are cut off', scope)).toEqual({
      management_point: 1,
      certificate: 0,
    });
  });
});

describe('a cause that is chosen', () => {
  const chosen = (cause: string) => ({ variables: { cause: [cause] } });

  test('narrows down every panel of failed clients', async () => {
    await tell([
      ...times(10, (one) => ({ name: `A${one}`, state: 313, params: ['1603'], at: now - hour, address: '10.1.1.1' })),
      ...times(20, (one) => ({
        name: `B${one}`,
        state: 308,
        params: ['http://x'],
        at: now - hour,
        address: '10.1.2.1',
      })),
      ...times(5, (one) => ({ name: `C${one}`, state: 100, at: now - hour, address: '10.1.1.9' })),
    ]);
    const cause = chosen('800/313/1603');
    expect(await panel('failures', 'Clients that failed to install', cause)).toHaveLength(10);
    expect(await panel('failures', 'Where failures burst: subnets', cause)).toEqual([
      { subnet: '10.1.1.0/24', failed_clients: 10, clients: 15, share: 10 / 15 },
    ]);
    expect(await panel('failures', 'Where failures burst: versions', cause)).toMatchObject([
      { failed_clients: 10, clients: 35 },
    ]);
  });

  test('narrows down what is told of communication', async () => {
    await tell([
      ...times(3, (one) => ({ name: `A${one}`, id: one, topic: 1000, state: 2, params: ['12029'], at: now - hour })),
      ...times(4, (one) => ({ name: `B${one}`, id: 10 + one, topic: 1001, state: 2, params: ['5'], at: now - hour })),
      ...times(2, (one) => ({ name: `C${one}`, id: 20 + one, topic: 1100, state: 1, at: now - hour })),
      // Cut off, and what it says of its installation is another matter.
      { name: 'A9', id: 30, state: 313, params: ['1603'], at: now - hour },
      { name: 'A9', id: 30, topic: 1000, state: 2, params: ['12029'], at: now - hour },
    ]);
    const [word] = await ask(`SELECT DISTINCT cause FROM newest_words WHERE topic_type = 1000`);
    const told = async (scope?: ScopeGiven) => ({
      cutOff: (await figures('communication', 'Cut off from their management point', scope)).cut_off,
      why: Object.values(await figures('communication', 'Why they are cut off', scope)),
      list: (await panel('communication', 'Clients that are cut off', scope)).length,
      incapable: (await figures('communication', 'Capable of HTTPS', scope)).incapable,
      incapableList: (await panel('communication', 'Clients incapable of HTTPS', scope)).length,
    });
    expect(await told()).toEqual({ cutOff: 8, why: [4, 4], list: 8, incapable: 2, incapableList: 2 });
    expect(await told(chosen(String(word!.cause)))).toEqual({
      cutOff: 4,
      why: [4, 0],
      list: 4,
      incapable: 0,
      incapableList: 0,
    });
    expect(await told(chosen('1100/1/'))).toEqual({ cutOff: 0, why: [0, 0], list: 0, incapable: 2, incapableList: 2 });
  });

  test('is what failing clients have in common asked of, whatever it is of', async () => {
    await tell([
      ...times(5, (one) => ({ name: `A${one}`, id: one, topic: 1000, state: 2, at: now - hour, address: '10.1.1.1' })),
      ...times(5, (one) => ({ name: `B${one}`, id: 10 + one, state: 400, at: now - hour, address: '10.1.2.1' })),
      ...times(5, (one) => ({ name: `C${one}`, state: 313, params: ['1603'], at: now - hour, address: '10.1.3.1' })),
    ]);
    const [{ cause } = { cause: '' }] = await ask('SELECT DISTINCT cause FROM newest_words WHERE topic_type = 1000');
    for (const rows of [
      await ask(commonSql({ ...everything, cause: [String(cause)] }, 'en')),
      await panel('failures', 'What failing clients have in common', chosen(String(cause))),
    ]) {
      expect(rows.find(({ value }) => value === '10.1.1.0/24')).toMatchObject({
        failed_clients: 5,
        share_of_others: 0,
      });
      expect(rows.map(({ value }) => value)).not.toContain('10.1.3.0/24');
    }
  });
});

test('deployments that ended are clients, each once at its newest end: an assignment and a pending restart are none', async () => {
  await tell([
    { name: 'ONE1', id: 1, state: 400, at: now - 3 * hour },
    { name: 'ONE1', id: 1, state: 500, at: now - 3 * hour + minute },
    { name: 'ONE1', id: 1, state: 700, at: now - hour },
    { name: 'TWO1', state: 317, at: now - 2 * hour },
    { name: 'THREE1', id: 3, state: 400, at: now - 3 * hour },
    { name: 'THREE1', id: 3, state: 603, at: now - 2 * hour },
    { name: 'FOUR1', state: 313, params: ['1603'], at: now - 5 * hour },
    { name: 'FOUR1', state: 313, params: ['1603'], at: now - 4 * hour },
    { name: 'FIVE1', state: 313, params: ['1603'], at: now - 5 * hour },
    { name: 'FIVE1', id: 5, state: 401, at: now - 4 * hour },
    { name: 'SIX1', state: 104, at: now - 4 * hour },
  ]);
  const board = await panel('overview', 'Deployments that ended');
  expect(await ask(deploymentsOverTimeSql(everything))).toEqual(board);
  const count = (outcome: string) =>
    board.reduce((sum, row) => sum + (row.outcome === outcome ? Number(row.clients) : 0), 0);
  expect([board.length, count('succeeded'), count('failed')]).toEqual([3, 3, 1]);
  // As many as the tiles beside it have.
  expect(await fleet()).toMatchObject({ succeeded: 3, failed: 1, reboot_pending: 1, skipped: 1 });
});

test('an assignment that failed is no success, whatever came before', async () => {
  await tell([
    { name: 'AS1', id: 1, state: 500, at: now - 3 * hour },
    { name: 'AS1', id: 1, state: 700, at: now - 2 * hour },
    { name: 'AS1', id: 1, state: 603, at: now - hour },
  ]);
  expect(await panel('overview', 'Assignment status')).toMatchObject([{ assignment: 'failed' }]);
});
