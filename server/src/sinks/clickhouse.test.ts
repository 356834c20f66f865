import { describe, expect, test } from 'vitest';
import { batchOf, state } from '../../../test/entries.js';
import { database, sharedEngine, sinkOver } from '../../../test/shared-engine.js';
import { checkServer, connect } from '../clickhouse/client.js';

const shared = sharedEngine();
const makeSink = () => sinkOver(shared.writer);

describe('the sink', () => {
  test('sends a batch again only where it is not yet there', async () => {
    const sink = makeSink();
    const there = batchOf(state('AGAIN', 100, '2026-01-02T00:00:00Z'), state('AGAIN', 400, '2026-01-02T01:00:00Z'));
    await sink.deliver(there, false);
    await sink.deliver(there, true);
    await sink.deliver(batchOf(state('LATE', 100, '2026-01-02T00:00:00Z')), true);
    expect(
      await shared.rows(
        "SELECT client_name, toUInt32(count()) AS n FROM state_messages WHERE client_name IN ('AGAIN', 'LATE') GROUP BY 1 ORDER BY 1",
      ),
    ).toEqual([
      { client_name: 'AGAIN', n: 2 },
      { client_name: 'LATE', n: 1 },
    ]);
  });

  test('completes a batch of which only a part is there, and rolls it up again without counting twice', async () => {
    const sink = makeSink();
    const whole = batchOf(state('PART', 100, '2026-01-02T00:00:00Z'), state('PART', 313, '2026-01-02T01:00:00Z'));
    await sink.deliver({ ...whole, entries: whole.entries.slice(0, 1) }, false);
    await sink.deliver(whole, true);
    expect(
      await shared.rows(
        "SELECT last_state_id, toUInt32(message_count) AS message_count FROM clients WHERE client_name = 'PART'",
      ),
    ).toEqual([{ last_state_id: 313, message_count: 2 }]);
  });

  test('stores hostile text inert and unchanged', async () => {
    const hostile = [
      '\r\n',
      '\u001b[31m',
      '\u202e',
      '__proto__',
      '{{$x}}',
      "'; DROP TABLE x; --",
      '\u0000',
      '😀',
      '\\',
      '"',
    ];
    const base = state('HOSTILE', 12, '2026-01-02T00:00:00Z');
    await makeSink().deliver(
      batchOf({ ...base, message: { ...base.message, params: hostile, details: hostile.join('') } }),
      false,
    );
    expect(await shared.rows("SELECT params, details FROM state_messages WHERE client_name = 'HOSTILE'")).toEqual([
      { params: hostile, details: hostile.join('') },
    ]);
  });

  test('takes our time for a message whose clock is beyond what a column holds', async () => {
    const base = state('CLOCK', 100, '2026-01-02T00:00:00Z');
    await makeSink().deliver(batchOf({ ...base, message: { ...base.message, messageTime: Date.UTC(9000, 1) } }), false);
    expect(await shared.rows("SELECT message_time FROM state_messages WHERE client_name = 'CLOCK'")).toEqual([
      { message_time: '2026-01-02 03:04:06.000' },
    ]);
  });

  test('says in words that ClickHouse is away or unwilling, without a password', async () => {
    const away = connect({ url: 'http://127.0.0.1:1', username: 'me', password: 'hunter2', database });
    await expect(checkServer(away)).rejects.toThrow(/^ClickHouse does not answer \(ECONNREFUSED\); check/);
    const wrong = connect({ url: shared.engine.url, username: 'fsp_reader', password: 'hunter2', database });
    await expect(checkServer(wrong)).rejects.toThrow(/^ClickHouse refused with code 516(?!.*hunter2)/);
    await Promise.all([away.close(), wrong.close()]);
  });
});
