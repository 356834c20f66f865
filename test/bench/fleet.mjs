// A fleet as life has it, for ClickHouse: batches of the size of a throttle's step in the order in which they come, one
// insert each and nothing merged by hand. Every client installs again and again over the days.
//
// - Half of the machines say what they say before there is a client with an id of zeroes.
// - One in twenty gets a new id with each installation, one in fifty a new name with its second.
// - One installation in twelve fails at first. One message in fifty comes twice, one in thirty hours late.
// - One clock in forty is three hours slow, one in a thousand says 2031, one in a thousand 2001.
//
// All of it is a function of the number of the batch: the same numbers give the same fleet, at any length of it.

/** Messages of a batch. */
export const batchSize = 10_000;
/** Messages that a client sends for one installation. */
const steps = 10;

/**
 * The statement that inserts batch number `batch` of `batches`, which fill `days` until now; with a `count`, as many
 * batches from there on at once: quicker, and only good for what lies long back.
 */
export function fleetInsert({ table, batch, batches, clients, days, count = 1 }) {
  const slots = Math.ceil((clients * steps) / batchSize);
  const perSlot = batchSize / steps;
  return `
INSERT INTO ${table} (received_at, processed_at, message_time, site_code, fsp_server, client_id, client_name, client_fqdn, client_version,
  client_address, topic_type, topic_name, state_id, state_text, phase, outcome, serial_number, params, error_code, error_text, user_name, message_id, batch_id, row_id)
WITH
  ${batch} + intDiv(number, ${batchSize}) AS batch,
  number % ${batchSize} AS place,
  -- A client's messages come in steps, three batches apart.
  place % ${steps} AS step,
  positiveModulo(batch - 3 * step, ${slots}) * ${perSlot} + intDiv(place, ${steps}) AS client,
  intDiv(batch + ${slots} - 3 * step, ${slots}) AS installation,
  now64(3) - toIntervalSecond(${days * 86_400} * (1 - (batch + 1) / ${batches})) AS processed,
  processed - toIntervalSecond(cityHash64(batch, place) % 600) AS received,
  cityHash64(client, installation) % 12 = 0 AS bad,
  multiIf(client % 1000 = 1, 157680000, client % 1000 = 2, -788400000, client % 40 = 3, -10800, client % 30 = 7 AND step = 5, -14400, 0) AS off,
  -- What comes twice is the step before it, word for word.
  if(client % 50 = 9 AND step = 9, 8, step) AS told,
  if(client % 50 = 3 AND installation > 1, 'NB', 'PC') AS kind,
  upper(hex(MD5(concat(toString(client), '/', if(client % 20 = 1, toString(installation), ''))))) AS digest,
  [800, 800, 800, 800, 800, 800, 1001, 1000, 1300, 1000][told + 1] AS topic,
  [100, 301, if(bad, 313, 101), if(bad, 100, 400), 500, if(cityHash64(client) % 40 = 0, 602, 700), 51, if(cityHash64(client, installation) % 50 = 0, 2, 1), 0, 1][told + 1] AS state,
  (topic = 800 AND state IN (301, 313, 602)) OR (topic = 1000 AND state = 2) AS fails
SELECT received, processed, received + toIntervalSecond(off), ['PS1', 'PS2', 'PS3'][client % 3 + 1], ['FSP01', 'FSP02'][client % 2 + 1],
  if(client % 2 = 0 AND step < 4, '00000000-0000-0000-0000-000000000000',
    concat(substring(digest, 1, 8), '-', substring(digest, 9, 4), '-', substring(digest, 13, 4), '-', substring(digest, 17, 4), '-', substring(digest, 21, 12))),
  concat(kind, toString(client)), concat(kind, toString(client), '.contoso.com'),
  if(client % 2 = 0 AND step < 4, '5.00.0000.0000', ['5.00.9128.1007', '5.00.9132.1011', '5.00.9096.1000'][client % 3 + 1]),
  concat('10.', toString(client % 40), '.', toString(client % 250), '.', toString(client % 199 + 1)), topic,
  transform(topic, [800, 1000, 1001], ['CLIENT_DEPLOYMENT', 'CLIENT_FRAMEWORK_COMM', 'CLIENT_FRAMEWORK_LOCAL'], 'CLIENT_HEALTH'), state,
  concat('State ', toString(state), if(fails, ': the installation ended with an error', ' was reached by the client')),
  multiIf(topic = 1000, 'communication', topic = 1001, 'certificate', topic = 1300, 'health', state >= 500, 'assignment', 'deployment'),
  multiIf(fails, 'failed', state IN (400, 700, 1, 51), 'succeeded', topic = 1300, 'unknown', 'in_progress'),
  told + 1, if(fails, ['1603', '5'], []), if(fails, ['1603', '1618', '0x80072EFD'][client % 3 + 1], ''), if(fails, 'Fatal error during installation', ''),
  '', lower(hex(sipHash128(client, installation, told))), lower(hex(MD5(toString(batch)))), toUInt32(place)
FROM numbers(${count * batchSize})`;
}
