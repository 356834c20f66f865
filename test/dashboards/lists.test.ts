// Lists of boards and pages: what they leave out is told, and each number leads to as many clients as it says.
import { describe, expect, test } from 'vitest';
import { everything } from '../../grafana-plugin/src/queries/chosen.js';
import { failuresSql } from '../../grafana-plugin/src/queries/failures.js';
import { sharedEngine } from '../shared-engine.js';
import { hour, now, times, toldTo } from './told.js';

const { tell, ask, panel } = toldTo(sharedEngine());
const sum = (rows: Record<string, unknown>[], column: string) =>
  rows.reduce((all, row) => all + Number(row[column] ?? 0), 0);

describe('three hundred causes', () => {
  const told = () =>
    tell(times(300, (one) => ({ name: `K${one}`, state: 313, params: [String(20_000 + one)], at: now - hour })));

  test('are cut on the boards with a row that says how many more there are, and shares are of all', async () => {
    await told();
    const status = await panel('overview', 'Deployment status');
    expect(status).toHaveLength(201);
    expect(status.at(-1)).toMatchObject({ state: '… and 100 more', clients_of_cause: 100, state_id: null });
    expect(sum(status, 'clients_of_cause')).toBe(300);
    expect(sum(status, 'share')).toBeCloseTo(1, 9);
    for (const [board, title] of [
      ['failures', 'Causes and what to do'],
      ['communication', 'Summary of problems'],
    ] as const) {
      const causes = await panel(board, title);
      expect(causes).toHaveLength(201);
      expect(causes.at(-1)).toMatchObject({ what_failed: '… and 100 more', clients: null, cause_key: '' });
    }
    expect((await panel('failures', 'Causes and what to do'))[0]!.share).toBeCloseTo(1 / 300, 9);
    expect((await panel('overview', 'What fails most')).at(-1)!.what_failed).toBe('… and 290 more');
  });

  test('are all found by the page’s search, and it knows how many there are', async () => {
    await told();
    const all = await ask(failuresSql(everything));
    expect([all.length, Number(all[0]!.causes)]).toEqual([200, 300]);
    // The last by every order.
    expect(await ask(failuresSql(everything, '20299'))).toMatchObject([{ error_code: '20299', causes: 1 }]);
    expect(await ask(failuresSql(everything, 'MSI ERROR 20150'))).toHaveLength(1);
    expect(await ask(failuresSql(everything, `' OR 1=1 --`))).toEqual([]);
  });

  test('that are few are no list that is cut', async () => {
    await tell([{ name: 'K1', state: 313, params: ['1603'], at: now - hour }]);
    expect(await panel('overview', 'Deployment status')).toMatchObject([{ clients_of_cause: 1, state_id: 313 }]);
    expect(await panel('failures', 'Causes and what to do')).toMatchObject([{ clients: 1, cause_key: '800/313/1603' }]);
  });
});
