import { describe, expect, test } from 'vitest';
import { batchOf, entry, state } from '../../../test/entries.js';
import { sharedEngine, sinkOver } from '../../../test/shared-engine.js';

const shared = sharedEngine();
const makeSink = () => sinkOver(shared.writer);

describe('the view clients', () => {
  const guid = { ...entry('x').machine, clientId: 'A1006D0E-CF56-41D1-A006-6330EFC39381' };
  const client = async (name: string) =>
    await shared.rows<Record<string, unknown>>(`SELECT * FROM clients WHERE client_name = '${name}'`);

  test('joins what a machine said before it had a client with what its client says', async () => {
    await makeSink().deliver(
      batchOf(
        state('JOIN', 100, '2026-01-02T00:00:00Z'),
        state('JOIN', 400, '2026-01-02T00:10:00Z'),
        state('JOIN', 500, '2026-01-02T00:11:00Z', { machine: { ...guid, netbiosName: 'JOIN' } }),
        state('JOIN', 700, '2026-01-02T00:12:00Z', { machine: { ...guid, netbiosName: 'JOIN' } }),
        state('JOIN', 2, '2026-01-03T00:00:00Z', { machine: { ...guid, netbiosName: 'JOIN' } }, 1000),
      ),
      false,
    );
    expect(await client('JOIN')).toEqual([
      expect.objectContaining({
        client_id: guid.clientId,
        phase: 'assignment',
        outcome: 'succeeded',
        last_state_id: 700,
        deployment_begin_time: '2026-01-02 00:00:00.000',
        deployment_end_time: '2026-01-02 00:10:00.000',
        assignment_begin_time: '2026-01-02 00:11:00.000',
        assignment_end_time: '2026-01-02 00:12:00.000',
        communication_outcome: 'failed',
        last_message_time: '2026-01-03 00:00:00.000',
      }),
    ]);
  });

  const named = (name: string, clientId = guid.clientId) => ({ machine: { ...guid, clientId, netbiosName: name } });
  const receivedAt = Date.parse('2026-01-02T03:00:00Z');

  test('counts a machine that was renamed once, under its newest name, with all that it said before', async () => {
    const id = 'B1006D0E-CF56-41D1-A006-6330EFC39381';
    await makeSink().deliver(
      batchOf(
        state('BEFORE', 100, '2026-01-02T00:00:00Z', { receivedAt }),
        state('BEFORE', 313, '2026-01-02T00:01:00Z', { receivedAt, ...named('BEFORE', id) }),
        state('BEFORE', 1, '2026-01-02T00:02:00Z', { receivedAt, ...named('BEFORE', id) }, 1000),
        state('AFTER', 400, '2026-01-02T01:00:00Z', { receivedAt, ...named('AFTER', id) }),
      ),
      false,
    );
    // Late: said before the new name was.
    await makeSink().deliver(
      batchOf(state('BEFORE', 301, '2026-01-02T00:30:00Z', { receivedAt, ...named('BEFORE', id) })),
      false,
    );
    expect(await client('BEFORE')).toEqual([]);
    const expected = {
      client_id: id,
      outcome: 'succeeded',
      deployment_begin_time: '2026-01-02 00:00:00.000',
      deployment_seconds: 3600,
      message_count: 5,
    };
    expect(await client('AFTER')).toMatchObject([expected]);
    for (const name of ['before', 'AFTER'])
      expect(await shared.rows(`SELECT * FROM client(name = '${name}')`), name).toMatchObject([expected]);
    expect(
      await shared.rows(
        "SELECT client_key, toUInt32(count()) AS n FROM messages_of_client(name = 'Before') GROUP BY 1",
      ),
    ).toEqual([{ client_key: 'AFTER', n: 5 }]);
    // Of a topic on which it has said nothing under its newest name, what it said before is its newest word.
    for (const view of ['newest_words', 'client_topics'])
      expect(
        await shared.rows(
          `SELECT client_key, topic_type, state_id FROM ${view} WHERE client_key = 'AFTER' ORDER BY topic_type`,
        ),
        view,
      ).toEqual([
        { client_key: 'AFTER', topic_type: 800, state_id: 400 },
        { client_key: 'AFTER', topic_type: 1000, state_id: 1 },
      ]);
  });

  test('counts machines of one image, which share an id, each for itself', async () => {
    const id = 'A9006D0E-CF56-41D1-A006-6330EFC39381';
    const clones = ['CLONE1', 'CLONE2', 'CLONE3', 'CLONE4'];
    await makeSink().deliver(
      batchOf(
        ...clones.map((name, index) =>
          state(name, name === 'CLONE4' ? 400 : 313, `2026-01-02T00:0${index}:00Z`, { receivedAt, ...named(name, id) }),
        ),
      ),
      false,
    );
    for (const name of clones) {
      const expected = [{ client_name: name, outcome: name === 'CLONE4' ? 'succeeded' : 'failed' }];
      expect(await client(name)).toMatchObject(expected);
      expect(await shared.rows(`SELECT * FROM client(name = '${name}')`)).toMatchObject(expected);
    }
  });

  test('gives the name of a renamed machine to the machine that took it over', async () => {
    const [old, young] = ['C1006D0E-CF56-41D1-A006-6330EFC39381', 'D1006D0E-CF56-41D1-A006-6330EFC39381'];
    await makeSink().deliver(
      batchOf(
        state('TAKEN', 400, '2026-01-02T00:00:00Z', { receivedAt, ...named('TAKEN', old) }),
        state('GIVER', 700, '2026-01-02T01:00:00Z', { receivedAt, ...named('GIVER', old) }),
        state('TAKEN', 313, '2026-01-02T02:00:00Z', { receivedAt, ...named('TAKEN', young) }),
      ),
      false,
    );
    expect(await client('TAKEN')).toMatchObject([{ client_id: young, outcome: 'failed' }]);
    expect(await client('GIVER')).toMatchObject([{ client_id: old, outcome: 'succeeded' }]);
  });

  test('counts a machine that was installed anew under a new id once', async () => {
    const [first, second] = ['E1006D0E-CF56-41D1-A006-6330EFC39381', 'F1006D0E-CF56-41D1-A006-6330EFC39381'];
    await makeSink().deliver(
      batchOf(
        state('AGAINST', 700, '2026-01-01T00:00:00Z', { receivedAt, ...named('AGAINST', first) }),
        state('AGAINST', 100, '2026-01-02T00:00:00Z', { receivedAt }),
        state('AGAINST', 602, '2026-01-02T00:10:00Z', { receivedAt, ...named('AGAINST', second) }),
      ),
      false,
    );
    expect(await client('AGAINST')).toMatchObject([
      {
        client_id: second,
        outcome: 'failed',
        reason: expect.stringMatching(/^The following site code is invalid/) as string,
      },
    ]);
  });

  test('is the same in whatever sequence batches come, however often, and rolled up twice', async () => {
    const anyId = 'A2006D0E-CF56-41D1-A006-6330EFC39381';
    const sink = makeSink();
    const batches = [
      batchOf(
        state('ANYHOW', 100, '2026-01-02T00:00:00Z', { receivedAt }),
        state('ANYHOW', 2, '2026-01-02T02:00:00Z', { receivedAt, ...named('ANYHOW', anyId) }, 1000),
      ),
      batchOf(state('ANYHOW', 313, '2026-01-02T01:00:00Z', { receivedAt })),
      batchOf(state('ANYHOW', 1, '2026-01-02T01:30:00Z', { receivedAt, ...named('ANYHOW', anyId) }, 1000)),
    ];
    await Promise.all(batches.toReversed().map((batch) => sink.deliver(batch, false)));
    const [before] = await client('ANYHOW');
    for (const batch of batches) await sink.deliver(batch, true);
    expect(await client('ANYHOW')).toEqual([before]);
    expect(before).toMatchObject({
      outcome: 'failed',
      is_cut_off: 1,
      communication_outcome: 'failed',
      message_count: 4,
    });
  });

  test.each([
    ['2031', '2031-05-01T00:00:00Z', 165_000_000],
    ['2001', '2001-05-01T00:00:00Z', -778_000_000],
  ])('does not believe a clock that says %s, and tells by how much it is off', async (year, at, offset) => {
    const name = `OFF${year}`;
    await makeSink().deliver(batchOf(state(name, 100, at, { receivedAt })), false);
    const [wrong] = await client(name);
    expect(wrong).toMatchObject({ is_clock_off: 1, stuck_since: '2026-01-02 03:00:00.000' });
    expect(Math.abs(Number(wrong!.clock_offset_seconds) - offset)).toBeLessThan(5_000_000);
    const corrected = { receivedAt: receivedAt + 3_600_000 };
    await makeSink().deliver(batchOf(state(name, 400, '2026-01-02T04:00:00Z', corrected)), false);
    expect(await client(name)).toMatchObject([
      { outcome: 'succeeded', last_state_id: 400, deployment_seconds: 3600, is_clock_off: 0 },
    ]);
  });

  test('has a reason in words for every failure, whatever the error', async () => {
    const failing = [301, 304, 308, 312, 313, 322, 601, 602, 609];
    await makeSink().deliver(
      batchOf(...failing.map((id) => state(`FAILS${id}`, id, '2026-01-02T00:00:00Z', { receivedAt }))),
      false,
    );
    const reasons = await shared.rows<{ reason: string }>(
      "SELECT reason FROM clients WHERE client_name LIKE 'FAILS%' AND outcome = 'failed'",
    );
    expect(reasons).toHaveLength(failing.length);
    for (const { reason } of reasons) expect(reason).toMatch(/\w+ \w+/);
  });

  test('is found by its name in any case, in any script', async () => {
    const names = ['PC-MÜLLER', 'STRASSE9', 'ПК-МОСКВА'];
    await makeSink().deliver(batchOf(...names.map((name) => state(name, 100, '2026-02-01T00:00:00Z'))), false);
    for (const name of ['pc-müller', 'Straße9', 'пк-москва']) {
      const counted = (view: string) => `SELECT toUInt32(count()) AS n FROM ${view}(name = '${name}')`;
      expect(await shared.rows(counted('client')), name).toEqual([{ n: 1 }]);
      expect(await shared.rows(counted('messages_of_client')), name).toEqual([{ n: 1 }]);
    }
  });

  test('clears the end when a deployment begins anew', async () => {
    await makeSink().deliver(
      batchOf(
        state('ANEW', 100, '2026-01-01T00:00:00Z'),
        state('ANEW', 400, '2026-01-01T01:00:00Z'),
        state('ANEW', 100, '2026-01-02T00:00:00Z'),
      ),
      false,
    );
    expect((await client('ANEW'))[0]).toMatchObject({
      deployment_begin_time: '2026-01-02 00:00:00.000',
      deployment_end_time: null,
      outcome: 'in_progress',
      communication_outcome: 'unknown',
    });
  });
});

test('otel_logs shows a failed message as an error with its attributes', async () => {
  const base = state('OTEL', 313, '2026-01-02T00:00:00Z');
  await makeSink().deliver(batchOf({ ...base, message: { ...base.message, params: ['1603'] } }), false);
  const [row] = await shared.rows<Record<string, unknown>>(
    "SELECT * FROM otel_logs WHERE LogAttributes['configmgr.client.name'] = 'OTEL'",
  );
  expect(row).toMatchObject({
    SeverityText: 'ERROR',
    SeverityNumber: 17,
    EventName: 'configmgr.client.deployment',
    ServiceName: 'fallback-status-point',
  });
  expect(row?.LogAttributes).toMatchObject({
    'error.type': '1603',
    'configmgr.params': '["1603"]',
    'configmgr.state.id': '313',
  });
});
