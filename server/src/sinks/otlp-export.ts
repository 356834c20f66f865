import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Agent as HttpAgent, STATUS_CODES, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { diag, DiagLogLevel, type DiagLogger } from '@opentelemetry/api';
import type { LogRecordExporter, ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { FspError } from '../errors.js';
import { otlpCertificates, otlpProtocol, otlpTimeout } from '../otlp-settings.js';
import { retryDelayOf } from './grpc-retry-info.js';

/** ExportResultCode.SUCCESS of the SDK. */
const success = 0;
/** The SDK tries again within its timeout, and the last try may take as long once more. */
const timeoutsPerExport = 3;
/** A timer of more ends at once. */
const longestTimerMs = 2 ** 31 - 1;
/** The longest that an endpoint may ask to be left alone for: what it says may be nonsense. */
const longestPauseMs = 300_000;

/** Why an endpoint took no records. */
export interface NotTaken {
  /** Whether it refused them for what they are; else they may be sent again. */
  forGood: boolean;
  /** The status of HTTP or of gRPC; null where there was no answer. */
  code: number | null;
  /** What the endpoint said. */
  said: string;
}

export interface OtlpExport {
  /**
   * Resolves when the endpoint has the records. Calls at the same time go out one after the other.
   * @throws FspError FSP_OTLP_FAILED, with `NotTaken` as its cause
   */
  send(records: ReadableLogRecord[]): Promise<void>;
  /**
   * Throws while the endpoint wants to be left alone, what it said then.
   * @throws FspError FSP_OTLP_FAILED
   */
  checkPause(): void;
  close(): Promise<void>;
}

/**
 * Log records to the endpoint of the standard variables, by the SDK's exporter; and what the SDK knows of the answer and
 * does not tell: a status that may be retried and its Retry-After or RetryInfo, a partial success, what is no answer of the protocol,
 * and one that never comes to its end.
 * @param onPartialSuccess see `OtlpSinkOptions`
 */
export async function openOtlpExport(onPartialSuccess: (rejected: number, said: string) => void): Promise<OtlpExport> {
  const protocol = otlpProtocol('LOGS');
  const options = { keepAlive: true, ...otlpCertificates('LOGS') };
  let agent: HttpAgent | null = null;
  const exporter = await createExporter(protocol, (scheme) => {
    agent = scheme === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
    return agent;
  });
  const within = Math.min(otlpTimeout('LOGS') * timeoutsPerExport, longestTimerMs);
  let answer: { status: number; retryAfter: string } | null = null;
  // Another export that is taken, or fails otherwise, ends no pause.
  let pause: { until: number; reason: FspError } | null = null;
  const onAnswer = (told: unknown) => {
    const { request, response } = told as { request: ClientRequest & { agent?: unknown }; response: IncomingMessage };
    if (request.agent !== agent) return;
    answer = { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] ?? '' };
  };
  /** The reason itself; until the pause that it asks for is over, it is the reason of what is not tried. */
  const refuse = (reason: FspError, pauseMs: number) => {
    const until = performance.now() + Math.min(Math.max(pauseMs, 0), longestPauseMs);
    const { forGood } = reason.cause as NotTaken;
    if (!forGood && until > (pause?.until ?? 0)) pause = { until, reason };
    return reason;
  };
  subscribe('http.client.response.finish', onAnswer);
  listenToAnswers(onPartialSuccess);
  let turn: Promise<unknown> = Promise.resolve();
  async function sendNow(records: ReadableLogRecord[]): Promise<void> {
    answer = null;
    const state: ExportUnderWay = { isStrange: false };
    const inTime = new AbortController();
    const result = await Promise.race([
      new Promise<{ code: number; error?: Error }>((resolve) => {
        underWay.run(state, () => {
          exporter.export(records, resolve);
        });
      }),
      sleep(within, null, { signal: inTime.signal, ref: false }).catch(() => null),
    ]);
    inTime.abort();
    if (result === null) {
      // What is left of the answer would hold its place among the exporter's requests for ever.
      agent?.destroy();
      throw notTaken(`its answer did not end within ${within / 1000} s`, { forGood: false, code: null, said: '' });
    }
    if (state.isStrange)
      throw new FspError(
        'FSP_OTLP_FAILED',
        'Something answered in the place of the OpenTelemetry endpoint; check OTEL_EXPORTER_OTLP_ENDPOINT and the proxies on the way',
        { cause: { forGood: false, code: null, said: '' } satisfies NotTaken },
      );
    if (result.code === success) return;
    const { error } = result;
    const { code, data } = (error ?? {}) as { code?: unknown; data?: unknown };
    if (protocol === 'grpc') {
      const status = typeof code === 'number' ? code : null;
      const { details: said = '', metadata } = (error ?? {}) as GrpcError;
      const [details] = metadata?.get('grpc-status-details-bin') ?? [];
      const cause = { forGood: refusedByGrpc(status, said), code: status, said };
      throw refuse(notTaken(error?.message ?? '', cause, error), Buffer.isBuffer(details) ? retryDelayOf(details) : 0);
    }
    const given = answer as { status: number; retryAfter: string } | null;
    // The SDK's error has a text where no connection was made, and nothing where the status may be retried.
    const status = typeof code === 'number' ? code : code === undefined ? (given?.status ?? null) : null;
    if (status === null || status < 300)
      throw notTaken(error?.message ?? '', { forGood: false, code: null, said: '' }, error);
    const text = typeof data === 'string' ? data : '';
    const cause = { forGood: refusals.includes(status), code: status, said: text };
    const reason = notTaken(`HTTP ${status} ${STATUS_CODES[status] ?? ''}`.trim(), cause, error);
    throw refuse(reason, pauseOf(given?.retryAfter ?? ''));
  }
  return {
    send(records) {
      const sent = turn.then(() => sendNow(records));
      turn = sent.catch(() => undefined);
      return sent;
    },
    checkPause() {
      if (pause !== null && performance.now() < pause.until) throw pause.reason;
    },
    async close() {
      unsubscribe('http.client.response.finish', onAnswer);
      await exporter.shutdown();
    },
  };
}

/**
 * Statuses by which a receiver refuses records for what they are (OpenTelemetry protocol, *Failures*): 400; 413 where a
 * single record is too large. A wrong address, credentials and all that may be retried concern the receiver, and
 * records wait.
 */
const refusals = [400, 413, 422];

/** INVALID_ARGUMENT; and RESOURCE_EXHAUSTED where it is the message that is too large, as 413 says by HTTP. */
function refusedByGrpc(status: number | null, said: string): boolean {
  return status === 3 || (status === 8 && /larger than max|exceeds.{0,100}max/i.test(said));
}

/** Retry-After, in seconds or as a date, in milliseconds; 0 where it says nothing. */
function pauseOf(retryAfter: string): number {
  const seconds = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now();
  return Number.isNaN(seconds) ? 0 : seconds;
}

function notTaken(reason: string, cause: NotTaken, error?: Error): FspError {
  const told =
    reason.split('\n')[0]!.slice(0, 200) || ((error as NodeJS.ErrnoException | undefined)?.code ?? 'no reason given');
  return new FspError(
    'FSP_OTLP_FAILED',
    `The OpenTelemetry endpoint took no records (${told}); check OTEL_EXPORTER_OTLP_ENDPOINT`,
    { cause },
  );
}

/** What @grpc/grpc-js says of a call that failed. */
interface GrpcError {
  details?: string;
  metadata?: { get(key: string): (string | Buffer)[] };
}

interface ExportUnderWay {
  /** Whether what came is no answer of the protocol. */
  isStrange: boolean;
}

/** The export of log records that what the SDK says is about: metrics and traces are exported beside it. */
const underWay = new AsyncLocalStorage<ExportUnderWay>();

/**
 * The SDK takes every answer 200 for a success and speaks in its diagnostics only of what it found there
 * (@opentelemetry/otlp-exporter-base): a partial success, which by the protocol must not be sent again, and what is no
 * answer of the protocol at all, such as a proxy's page. An empty answer is a good one; nobody can tell who gave it.
 */
function listenToAnswers(onPartialSuccess: (rejected: number, said: string) => void): void {
  const silent = () => undefined;
  let warned = '';
  const listener: DiagLogger = {
    error: silent,
    warn(message, ...told) {
      const state = underWay.getStore();
      if (state === undefined) return;
      const text = [message, ...told].find((one) => typeof one === 'string' && one.includes('could not deserialize'));
      if (text !== undefined) state.isStrange = true;
      const [partial] = told;
      if (!message.startsWith('Received Partial Success') || typeof partial !== 'string') return;
      const { rejectedLogRecords, errorMessage } = JSON.parse(partial) as {
        rejectedLogRecords?: number | string | null;
        errorMessage?: string | null;
      };
      const rejected = Number(rejectedLogRecords ?? 0);
      const said = errorMessage ?? '';
      if (rejected === 0) {
        // Some write out what is usual: that none is rejected, and nothing is said. A warning comes with every export until
        // somebody does what it says.
        if (said === '' || said === warned) return;
        warned = said;
      }
      onPartialSuccess(rejected, said);
    },
    info: silent,
    debug: silent,
    verbose: silent,
  };
  diag.setLogger(listener, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

async function createExporter(
  protocol: ReturnType<typeof otlpProtocol>,
  httpAgentOptions: (scheme: string) => HttpAgent,
): Promise<LogRecordExporter> {
  switch (protocol) {
    case 'http/protobuf':
      return new (await import('@opentelemetry/exporter-logs-otlp-proto')).OTLPLogExporter({ httpAgentOptions });
    case 'http/json':
      return new (await import('@opentelemetry/exporter-logs-otlp-http')).OTLPLogExporter({ httpAgentOptions });
    case 'grpc':
      return new (await import('@opentelemetry/exporter-logs-otlp-grpc')).OTLPLogExporter();
  }
}
