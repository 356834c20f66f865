import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startOtlpReceiver } from './otlp-receiver.js';
import { samplesOf, type Sample } from './prometheus-text.js';
import { report } from './reports.js';
import { eventually, startServer, type RunningServer } from './server-process.js';
import { testFolder } from './test-folder.js';

const folder = testFolder();
let receiver: Awaited<ReturnType<typeof startOtlpReceiver>>;
let server: RunningServer;

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  server = await startServer(folder, {
    FSP_SERVER_NAME: 'FSP07',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_SERVICE_NAME: 'our-fsp',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test%20lab,service.namespace=cm,service.name=not-this',
  });
});
afterAll(async () => {
  await server.kill('SIGTERM');
  await receiver.stop();
});

const scrape = async () => {
  const answer = await fetch(`${server.management}/metrics`);
  return { type: answer.headers.get('content-type') ?? '', text: await answer.text() };
};
const scraped = async () => samplesOf((await scrape()).text);
const valueOf = (samples: Sample[], name: string, labels: Record<string, string> = {}) =>
  samples
    .filter((one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0);

describe('what Prometheus scrapes', () => {
  test('needs no token, is the text format, and begins with the failures at nought', async () => {
    const { type, text } = await scrape();
    expect(type).toBe('text/plain; version=0.0.4; charset=utf-8');
    const failures = samplesOf(text).find(
      ({ name, labels }) => name === 'fsp_client_messages_total' && labels.configmgr_outcome === 'failed',
    );
    expect(failures).toMatchObject({ value: 0, labels: { configmgr_site_code: 'PS1' } });
    for (const [name, labels] of [
      ['fsp_intake_messages_total', { http_response_status_code: '503' }],
      ['fsp_sink_dropped_total', { fsp_sink: 'otlp' }],
    ] as const)
      expect(samplesOf(text).filter((one) => one.name === name)).toContainEqual({ name, labels, value: 0 });
  });

  test('tells failures by site and cause, how long messages took to become rows, and what waits', async () => {
    await server.post(report({ client: 'BAD', state: 313, params: ['1603'] }));
    await server.post(report({ client: 'GOOD', state: 400 }));
    await server.post('no report');
    const samples = await eventually(
      scraped,
      (found) => valueOf(found, 'fsp_delivery_duration_seconds_count', { fsp_sink: 'clickhouse' }) === 2,
    );
    expect(valueOf(samples, 'fsp_client_failures_total', { configmgr_site_code: 'PS1', error_type: '1603' })).toBe(1);
    expect(valueOf(samples, 'fsp_client_messages_total', { configmgr_outcome: 'other' })).toBe(1);
    const late = { fsp_sink: 'clickhouse', configmgr_outcome: 'failed' };
    expect(valueOf(samples, 'fsp_delivery_duration_seconds_count', late)).toBe(1);
    expect(valueOf(samples, 'fsp_delivery_duration_seconds_bucket', { ...late, le: '+Inf' })).toBe(1);
    expect(valueOf(samples, 'fsp_intake_messages_total', { http_response_status_code: '200' })).toBe(2);
    expect(valueOf(samples, 'fsp_intake_messages_total', { http_response_status_code: '400' })).toBe(1);
    expect(valueOf(samples, 'fsp_intake_requests_total')).toBe(3);
    expect(valueOf(samples, 'fsp_throttle_limit')).toBe(10_000);
    expect(valueOf(samples, 'fsp_throttle_used')).toBe(2);
    expect(valueOf(samples, 'fsp_spool_messages')).toBe(0);
    // A message that comes again is no second failure.
    await server.post(report({ client: 'BAD', state: 313, params: ['1603'] }));
    expect(valueOf(await scraped(), 'fsp_client_failures_total')).toBe(1);
  });

  const codes = ['1637', '1638', '1639'];
  test('tells what somebody takes care of: a cause at once and until it is taken back, one machine from then on', async () => {
    // A code of its own for each try.
    const code = codes.pop()!;
    const { admin } = JSON.parse(readFileSync(join(folder, 'tokens.json'), 'utf8')) as { admin: string };
    const say = async (path: string, body: object) => {
      const answer = await fetch(`${server.management}/api/v1/acknowledgements${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect(answer.status).toBe(204);
    };
    const until = Date.now() + 3_600_000;
    const of = { configmgr_topic_type: '800', configmgr_state_id: '313', error_type: code };
    const series = (samples: Sample[]) =>
      samples.filter((one) => one.name === 'fsp_client_acknowledged' && one.labels.error_type === code);
    const care = async (cause: string, clientName = '') => say('', { cause, clientName, note: 'mine', until });

    await server.post(report({ client: 'CARE1', state: 313, params: [code] }));
    expect(series(await scraped())).toEqual([]);
    // The same error of another state is nobody's; of a cause that was never counted there is nothing to tell.
    for (const cause of [`800/313/${code}`, `800/301/${code}`, '800/313/4711']) await care(cause);
    const silent = await eventually(scraped, (found) => series(found).length > 0);
    expect(series(silent)).toMatchObject([{ value: 1, labels: of }]);
    await say('/withdraw', { cause: `800/313/${code}` });
    await eventually(scraped, (found) => series(found)[0]?.value === 0);

    await care(`800/313/${code}`, 'care2');
    const cared = { ...of, configmgr_acknowledged: 'true' };
    // It is known a moment after it was said; then what the machine says counts apart.
    let serial = 1;
    const samples = await eventually(
      async () => {
        for (const client of ['CARE1', 'CARE2'])
          await server.post(report({ client, state: 313, params: [code], serial: ++serial }));
        return scraped();
      },
      (found) => valueOf(found, 'fsp_client_failures_total', cared) > 0,
    );
    const apart = valueOf(samples, 'fsp_client_failures_total', cared);
    expect(valueOf(samples, 'fsp_client_messages_total', { configmgr_acknowledged: 'true' })).toBe(apart);
    // All of them count, and none of the other machine counts apart.
    expect(valueOf(samples, 'fsp_client_failures_total', of)).toBe(serial);
    expect(apart).toBeLessThanOrEqual((serial - 1) / 2);
    await say('/withdraw', { cause: `800/313/${code}`, clientName: 'CARE2' });
    await say('/withdraw', { cause: `800/301/${code}` });
  });

  test('keeps the number of causes bounded, whatever anyone sends, and says that it does', async () => {
    for (let n = 0; n < 130; n++)
      await server.post(report({ client: `ODD${n}`, state: 313, params: [String(0xe0000000 + n)] }));
    const samples = await scraped();
    const failures = samples.filter(({ name }) => name === 'fsp_client_failures_total');
    const unknown = failures.filter(({ labels }) => /^0xE0|_OTHER/.test(labels.error_type ?? ''));
    expect(valueOf(unknown, 'fsp_client_failures_total')).toBe(130);
    expect(valueOf(samples, 'fsp_client_failures_total', { error_type: '_OTHER' })).toBe(30);
    expect(unknown).toHaveLength(101);
    expect(server.output().match(/count as _OTHER/g)).toHaveLength(1);
  });
});

describe('who speaks', () => {
  const resources = async () => {
    const [record] = await eventually(
      () => Promise.resolve(receiver.records),
      (records) => records.length > 0,
    );
    return record!.resource;
  };

  test('OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES count, for records and for what is scraped', async () => {
    expect(await resources()).toMatchObject({
      'service.name': 'our-fsp',
      'service.namespace': 'cm',
      'deployment.environment.name': 'test lab',
      'host.name': 'FSP07',
    });
    const info = (await scraped()).find(({ name }) => name === 'target_info');
    expect(info?.labels).toMatchObject({ service_name: 'our-fsp', deployment_environment_name: 'test lab' });
  });

  test('the host of a log is the same by OTLP and in otel_logs', async () => {
    const { 'host.name': host } = await resources();
    const rows = await eventually(
      () => server.query<{ host: string }>("SELECT DISTINCT ResourceAttributes['host.name'] AS host FROM otel_logs"),
      (found) => found.length > 0,
    );
    expect(rows).toEqual([{ host }]);
  });

  test('service.instance.id is the same after a restart, and another for another server of the same name', async () => {
    const { 'service.instance.id': first } = await resources();
    expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    const { keepInstance, readInstance, serviceInstanceId } = await import('../server/src/health/instance.js');
    const idOf = (dataDir: string) => serviceInstanceId(readInstance(dataDir)!);
    expect(idOf(folder)).toBe(first);
    const other = testFolder();
    expect(serviceInstanceId(keepInstance(other, readInstance(folder)!, console))).not.toBe(first);
    copyFileSync(join(folder, 'instance.json'), join(other, 'instance.json'));
    expect(idOf(other)).toBe(first);
    expect(readFileSync(join(other, 'instance.json'), 'utf8')).not.toContain(String(first));
  });
});
