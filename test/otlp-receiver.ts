import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import protobuf from 'protobufjs';

/** The part of OpenTelemetry's protocol that carries logs (opentelemetry-proto, collector/logs/v1). */
const root = protobuf.parse(
  `
syntax = "proto3";
message Request { repeated ResourceLogs resource_logs = 1; }
message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeLogs { Scope scope = 1; repeated LogRecord log_records = 2; }
message Scope { string name = 1; string version = 2; }
message LogRecord { fixed64 time_unix_nano = 1; int32 severity_number = 2; string severity_text = 3; AnyValue body = 5;
  repeated KeyValue attributes = 6; fixed64 observed_time_unix_nano = 11; string event_name = 12; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; ArrayValue array_value = 5; } }
message ArrayValue { repeated AnyValue values = 1; }
message Answer { PartialSuccess partial_success = 1; }
message PartialSuccess { int64 rejected_log_records = 1; string error_message = 2; }
`,
).root;
const schema = root.lookupType('Request');
const answer = root.lookupType('Answer');

interface AnyValue {
  stringValue?: string;
  intValue?: string | number;
  doubleValue?: number;
  boolValue?: boolean;
  arrayValue?: { values?: AnyValue[] };
}
interface KeyValue {
  key: string;
  value: AnyValue;
}
interface Request {
  /** Absent where there are none. */
  resourceLogs?: {
    resource: { attributes: KeyValue[] };
    scopeLogs: {
      logRecords: {
        timeUnixNano: string;
        observedTimeUnixNano: string;
        severityNumber: number;
        severityText: string;
        eventName: string;
        body: AnyValue;
        attributes: KeyValue[];
      }[];
    }[];
  }[];
}

export interface ReceivedRecord {
  timeMs: number;
  observedMs: number;
  severityNumber: number;
  severityText: string;
  eventName: string;
  body: unknown;
  attributes: Record<string, unknown>;
  resource: Record<string, unknown>;
}

/**
 * A real OTLP receiver for logs over HTTP: decodes protobuf and JSON. While `failing` is true it answers 401; a request
 * with a record that `refuses` says no to is answered 400 as a whole, and where `refusesNone` one without records too; `rejects` of a request are told as partial success, or none and what it `warns` of.
 * What `instead` answers is not taken; it says whether it did.
 */
export async function startOtlpReceiver() {
  const receiver = {
    url: '',
    failing: false,
    refuses: (() => false) as (record: ReceivedRecord) => boolean,
    refusesNone: false,
    rejects: 0,
    warns: '',
    instead: (() => false) as (response: ServerResponse) => boolean,
    requests: 0,
    records: [] as ReceivedRecord[],
    types: new Set<string>(),
    stop: async () => Promise.resolve(),
  };
  const server = createServer((request, response) => {
    void bytesOf(request).then((body) => {
      // A sender whose connection ended in the middle is owed nothing: it sends again.
      if (body === null) return response.destroy();
      if (request.url !== '/v1/logs') return response.writeHead(200).end();
      receiver.requests++;
      if (receiver.instead(response)) return;
      if (receiver.failing) return response.writeHead(401).end();
      const type = request.headers['content-type'] ?? '';
      receiver.types.add(type);
      const records = recordsOf(decode(type, body));
      const isRefused =
        records.length === 0 ? receiver.refusesNone : records.some((record) => receiver.refuses(record));
      if (isRefused) return response.writeHead(400).end('no such record');
      receiver.records.push(...records);
      return response.writeHead(200, { 'content-type': type }).end(answerOf(type, receiver));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  receiver.stop = () =>
    new Promise<void>((stopped) => {
      server.close(() => {
        stopped();
      });
      server.closeAllConnections();
    });
  return receiver;
}

function answerOf(type: string, { rejects, warns }: { rejects: number; warns: string }): string | Uint8Array {
  if (rejects === 0 && warns === '') return type === 'application/json' ? '{}' : '';
  const partialSuccess =
    rejects === 0 ? { errorMessage: warns } : { rejectedLogRecords: rejects, errorMessage: 'too old' };
  return type === 'application/json'
    ? JSON.stringify({ partialSuccess })
    : answer.encode(answer.fromObject({ partialSuccess })).finish();
}

/** The body, or null where its sender went away before its end. */
async function bytesOf(request: IncomingMessage): Promise<Buffer | null> {
  return buffer(request).catch(() => null);
}

function decode(type: string, body: Buffer): Request {
  if (type === 'application/json') return JSON.parse(body.toString()) as Request;
  return schema.toObject(schema.decode(body), { longs: String, defaults: false });
}

function recordsOf(request: Request): ReceivedRecord[] {
  return (request.resourceLogs ?? []).flatMap(({ resource, scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map((record) => ({
        timeMs: Number(record.timeUnixNano) / 1e6,
        observedMs: Number(record.observedTimeUnixNano) / 1e6,
        severityNumber: record.severityNumber,
        severityText: record.severityText,
        eventName: record.eventName,
        body: plain(record.body),
        attributes: asObject(record.attributes),
        resource: asObject(resource.attributes),
      })),
    ),
  );
}

function asObject(pairs: KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, plain(value)]));
}

function plain(value: AnyValue): unknown {
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(plain);
  if (value.intValue !== undefined) return Number(value.intValue);
  return value.stringValue ?? value.doubleValue ?? value.boolValue;
}
