import type { ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { resourceFromAttributes } from '@opentelemetry/resources';
import protobuf from 'protobufjs';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { batchOf, entry } from '../../../test/entries.js';
import { startOtlpReceiver } from '../../../test/otlp-receiver.js';
import { eventually } from '../../../test/server-process.js';
import { testFolder } from '../../../test/test-folder.js';
import { describeMessage } from '../catalog/describe.js';
import { createDelivery } from '../delivery/delivery.js';
import type { Sink } from '../delivery/sink.js';
import { openSpool } from '../spool/open.js';
import { createOtlpSink, partialSuccessText } from './otlp.js';

let receiver: Awaited<ReturnType<typeof startOtlpReceiver>>;

beforeEach(async () => {
  receiver = await startOtlpReceiver();
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.url);
});
afterEach(async () => {
  await receiver.stop();
  vi.unstubAllEnvs();
});

async function sinkToReceiver(
  onPartialSuccess: (rejected: number, said: string) => void = () => undefined,
): Promise<Sink> {
  const sink = await createOtlpSink({
    describe: describeMessage,
    siteCode: 'PS1',
    resource: resourceFromAttributes({ 'service.name': 'fsp' }),
    onPartialSuccess,
  });
  if (sink === null) throw new Error('nothing is exported');
  onTestFinished(() => sink.close());
  return sink;
}

/** An answer that is the same whatever came, as of a port for TLS. */
const refuseAll = (response: ServerResponse) => {
  response.writeHead(400).end('Client sent an HTTP request to an HTTPS server.');
  return true;
};
const batch = () => batchOf(entry('PC1'), entry('PC2'), entry('PC3'));
const names = () => receiver.records.map(({ attributes }) => attributes['configmgr.client.name']);

test.each(['http/protobuf', 'http/json'])(
  'what refuses every request by %s is no place for records: they wait, and none is set aside',
  async (protocol) => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', protocol);
    const sink = await sinkToReceiver();
    receiver.instead = refuseAll;
    await expect(sink.deliver(batch(), false)).rejects.toThrow(/refuses every request.*400.*HTTPS server/);
    expect(receiver.requests).toBe(3);
    receiver.instead = () => false;
    expect(await sink.deliver(batch(), true)).toEqual([]);
    expect(names()).toEqual(['PC1', 'PC2', 'PC3']);
  },
);

test('a record that is refused for itself is set aside, also where an export without records is refused otherwise', async () => {
  const sink = await sinkToReceiver();
  receiver.refuses = ({ attributes }) => attributes['configmgr.client.name'] === 'PC2';
  expect(await sink.deliver(batch(), false)).toEqual([{ index: 1, code: '400', reason: 'no such record' }]);
  receiver.instead = (response) => {
    if (receiver.requests % 2 === 0) return false;
    response.writeHead(422).end('at least one stream is required');
    return true;
  };
  receiver.requests = 1;
  expect(await sink.deliver(batchOf(entry('PC2')), false)).toHaveLength(1);
});

test('an answer that never ends is given up, and the next export goes out', async () => {
  // Enough for the export that is answered, on a machine that is busy too.
  vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '2000');
  const sink = await sinkToReceiver();
  receiver.instead = (response) => {
    response.writeHead(200, { 'content-type': 'application/x-protobuf' });
    const drops = setInterval(() => response.write('.'), 20);
    response.on('close', () => {
      clearInterval(drops);
    });
    return true;
  };
  await expect(sink.deliver(batch(), false)).rejects.toThrow('its answer did not end within');
  receiver.instead = () => false;
  expect(await sink.deliver(batch(), true)).toEqual([]);
  expect(names()).toEqual(['PC1', 'PC2', 'PC3']);
});

test('an endpoint that says when to come again is left alone until then, whatever else was under way, and its status is told', async () => {
  const sink = await sinkToReceiver();
  receiver.instead = (response) => {
    response.writeHead(404, { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }).end();
    return true;
  };
  await expect(sink.deliver(batch(), true)).rejects.toThrow('HTTP 404 Not Found');
  await sink.ready?.();
  receiver.instead = (response) => {
    response.writeHead(503, { 'retry-after': '3600' }).end();
    return true;
  };
  await expect(sink.deliver(batch(), false)).rejects.toThrow('HTTP 503 Service Unavailable');
  await expect(sink.ready?.()).rejects.toThrow('HTTP 503 Service Unavailable');
  receiver.instead = (response) => {
    response.writeHead(404).end();
    return true;
  };
  await expect(sink.deliver(batchOf(entry('PC8')), true)).rejects.toThrow('HTTP 404 Not Found');
  receiver.instead = () => false;
  expect(await sink.deliver(batchOf(entry('PC9')), true)).toEqual([]);
  await expect(sink.ready?.()).rejects.toThrow('HTTP 503 Service Unavailable');
});

test('an endpoint that says by gRPC when to come again is left alone until then', async () => {
  // As google.rpc has them.
  const { root } = protobuf.parse(`syntax = "proto3";
    message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
    message Any { string type_url = 1; bytes value = 2; }
    message RetryInfo { Duration retry_delay = 1; }
    message Duration { int64 seconds = 1; int32 nanos = 2; }`);
  const bytes = (type: string, value: object) =>
    root.lookupType(type).encode(root.lookupType(type).fromObject(value)).finish();
  const info = (seconds: number) => ({
    typeUrl: 'type.googleapis.com/google.rpc.RetryInfo',
    value: bytes('RetryInfo', { retryDelay: { seconds, nanos: 500_000_000 } }),
  });
  const other = { typeUrl: 'type.googleapis.com/google.rpc.DebugInfo', value: Buffer.from('x') };
  const details: Uint8Array[] = [];
  const server = createHttp2Server();
  server.on('stream', (stream) => {
    stream.resume();
    const status = { 'grpc-status': '14', 'grpc-message': 'busy' };
    const told = { 'grpc-status-details-bin': Buffer.from(details.shift() ?? []).toString('base64') };
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...status, ...told }, { endStream: true });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.close();
  });
  vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc');
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const sink = await sinkToReceiver();
  const whole = Buffer.from(bytes('Status', { code: 14, details: [other, info(3_600)] }));
  const nothing = [
    Buffer.alloc(0),
    whole.subarray(0, -3),
    bytes('Status', { code: 14, details: [other, info(-3_600)] }),
  ];
  for (const told of nothing) {
    details.push(told);
    await expect(sink.deliver(batch(), true)).rejects.toThrow('busy');
    await sink.ready?.();
  }
  details.push(whole);
  await expect(sink.deliver(batch(), true)).rejects.toThrow('busy');
  await expect(sink.ready?.()).rejects.toThrow('busy');
});

test.each(['http/protobuf', 'http/json'])(
  'a warning by %s of an endpoint that takes all is told, and nothing counts as rejected',
  async (protocol) => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', protocol);
    const told: string[] = [];
    const sink = await sinkToReceiver((rejected, said) =>
      told.push(`${rejected}: ${partialSuccessText(rejected, said)}`),
    );
    receiver.warns = 'use a newer\nversion';
    expect(await sink.deliver(batch(), false)).toEqual([]);
    expect(told).toEqual(['0: The OpenTelemetry endpoint takes all records, and warns: use a newer version']);
    receiver.rejects = 2;
    await sink.deliver(batchOf(entry('PC9')), false);
    expect(told[1]).toMatch(/^2: .*rejected 2 of its records \(too old\)/);
  },
);

test.each([
  ['"0"', '""'],
  ['0', 'null'],
])('an endpoint that says of each export that it rejects %s, and %s, says nothing', async (rejected, said) => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json');
  const told: string[] = [];
  const sink = await sinkToReceiver((count, text) => told.push(partialSuccessText(count, text)));
  receiver.instead = (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(`{"partialSuccess":{"rejectedLogRecords":${rejected},"errorMessage":${said}}}`);
    return true;
  };
  expect(await sink.deliver(batch(), false)).toEqual([]);
  expect(told).toEqual([]);
});

test('what is sent at the same time goes out one after the other', async () => {
  const sink = await sinkToReceiver();
  let underWay = 0;
  const seen: number[] = [];
  receiver.instead = (response) => {
    seen.push(++underWay);
    setTimeout(() => {
      underWay--;
      response.writeHead(seen.length === 1 ? 404 : 200).end();
    }, 50);
    return true;
  };
  const results = await Promise.allSettled(
    [batch(), batchOf(entry('PC8')), batch()].map((one) => sink.deliver(one, true)),
  );
  expect(seen).toEqual([1, 1, 1]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
});

test('a time for the answer that is longer than any timer is no short one', async () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '1000000000');
  const sink = await sinkToReceiver();
  receiver.instead = (response) => {
    setTimeout(() => response.writeHead(200).end(), 100);
    return true;
  };
  expect(await sink.deliver(batch(), false)).toEqual([]);
});

test('a batch with a refused record goes on where it failed: what was taken leaves once, however few requests pass at a time', async () => {
  const sink = await sinkToReceiver();
  receiver.refuses = ({ attributes }) => attributes['configmgr.client.name'] === 'PC11';
  let passing = 0;
  receiver.instead = (response) => {
    if (passing-- > 0) return false;
    response.writeHead(401).end();
    return true;
  };
  const all = Array.from({ length: 16 }, (_, n) => `PC${n}`);
  const whole = batchOf(...all.map((name) => entry(name)));
  const retried: string[] = [];
  const deliver = async () => {
    // What is in quarantine is sent in between.
    retried.push(`Q${retried.length}`);
    passing = 1;
    await sink.deliver(batchOf(entry(retried.at(-1)!)), true);
    passing = 2;
    return sink.deliver(whole, true).catch(() => null);
  };
  const refused = await eventually(deliver, (answer) => answer !== null);
  expect(refused).toEqual([{ index: 11, code: '400', reason: 'no such record' }]);
  expect(retried.length).toBeGreaterThan(2);
  expect(names().sort()).toEqual([...all.filter((name) => name !== 'PC11'), ...retried].sort());
});

test('where no records are refused as a bad one is, a bad one is set aside alone, and where all are refused none is', async () => {
  const sink = await sinkToReceiver();
  receiver.refusesNone = true;
  receiver.refuses = ({ attributes }) => attributes['configmgr.client.name'] === 'PC2';
  // The first of all that leaves, one among others, several alone.
  expect(await sink.deliver(batchOf(entry('PC2')), false)).toHaveLength(1);
  expect((await sink.deliver(batch(), false)).map(({ index }) => index)).toEqual([1]);
  expect(await sink.deliver(batchOf(entry('PC2'), entry('PC2'), entry('PC2')), false)).toHaveLength(3);
  expect(names().filter((name) => name !== undefined)).toEqual(['PC1', 'PC3']);
  // It is away in the middle of a batch, and comes back as another.
  const half = batchOf(entry('PC2'), entry('PC5'), entry('PC6'), entry('PC7'));
  receiver.instead = (response) => {
    if (names().at(-1) !== 'PC5') return false;
    response.writeHead(401).end();
    return true;
  };
  await expect(sink.deliver(half, false)).rejects.toThrow('401');
  receiver.instead = refuseAll;
  await expect(sink.deliver(half, true)).rejects.toThrow('refuses every request');
  receiver.instead = refuseAll;
  receiver.requests = 0;
  await expect(sink.deliver(batchOf(entry('PC4')), false)).rejects.toThrow('refuses every request');
  const many = batchOf(...Array.from({ length: 512 }, (_, n) => entry(`M${n}`)));
  await expect(sink.deliver(many, false)).rejects.toThrow('refuses every request');
  expect(receiver.requests).toBe(6);
  receiver.instead = () => false;
  expect(await sink.deliver(many, true)).toEqual([]);
});

test('an endpoint that takes nothing time and again gets each record once', async () => {
  const spool = await openSpool({ dir: join(testFolder(), 'spool') });
  const total = 2_000;
  await spool.sinks.register(['otlp']);
  await spool.append(
    Array.from({ length: total }, (_, n) => entry(`PC${n}`, { messageId: String(n).padStart(32, '0') })),
  );
  const window = { start: 0, limit: total, intervalMs: 1000, used: 0, received: 0, rejected: 0 };
  await spool.admit(total, 'arrival', () => window);
  receiver.instead = (response) => {
    if (receiver.requests % 3 !== 0) return false;
    response.writeHead(401).end();
    return true;
  };
  const delivery = createDelivery({
    spool,
    sink: await sinkToReceiver(),
    setAside: () => Promise.reject(new Error('nothing here is refused')),
    limits: { lingerMs: 1, firstRetryMs: 5, lastRetryMs: 20 },
  });
  onTestFinished(async () => {
    await delivery.stop();
    await spool.close();
  });
  delivery.start();
  await eventually(
    () => Promise.resolve(delivery.status().lag),
    (lag) => lag === 0,
  );
  expect(receiver.records).toHaveLength(total);
  expect(new Set(names()).size).toBe(total);
});
