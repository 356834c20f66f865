import { SpanStatusCode, trace, type Attributes, type Meter } from '@opentelemetry/api';
import { detectResources, envDetector, resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader, type PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { checkOtlpSettings, isExported, otlpProtocol } from './otlp-settings.js';
import { PrometheusMetrics } from './health/prometheus.js';
import { Tally } from './health/tally.js';

interface Count {
  add(value: number, attributes?: Attributes): void;
}

export interface Telemetry {
  resource: Resource;
  meter: Meter;
  metrics: {
    /** By the status of the answer. */
    intakeRequests: Tally<number>;
    intakeMessages: Tally<number>;
    /** By its attributes: one object for each kind. */
    clientMessages: Tally<Attributes>;
    clientFailures: Count;
    throttleProcessed: Count;
    deliveryDuration: { record(seconds: number, attributes?: Attributes): void };
    sinkBatches: Count;
    otlpRejected: Count;
    setupLogRecords: Count;
  };
  /** Every metric in Prometheus' text format. */
  prometheus(): Promise<string>;
  /** Runs a piece of work in a span of its own. */
  traced<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T>;
  shutdown(): Promise<void>;
}

const stopWithinMs = 3_000;
const exportEveryMs = 60_000;
const exportWithinMs = 30_000;
/** Seconds from the receipt of a message until a sink has it: from at once to the longest throttle interval. */
const durations = [0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400];

export interface Identity {
  serviceVersion: string;
  instanceId: string;
  hostName: string;
}

/** Who speaks: what the server knows of itself, and over it OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME. */
function resourceOf(identity: Identity): Resource {
  return resourceFromAttributes({
    'service.name': 'fallback-status-point',
    'service.version': identity.serviceVersion,
    'service.instance.id': identity.instanceId,
    'host.name': identity.hostName,
  }).merge(detectResources({ detectors: [envDetector] }));
}

/**
 * The server's own metrics and traces, by OpenTelemetry's SDK and its standard variables: metrics for whoever scrapes
 * them, and by OTLP where an endpoint is named; traces by OTLP only. Messages are not sent here: they have a sink of
 * their own, because the SDK's batch processor drops what it cannot send. What exports is loaded where something is
 * exported: it would be a fifth of what a start takes.
 */
export async function startTelemetry(identity: Identity): Promise<Telemetry> {
  checkOtlpSettings();
  const resource = resourceOf(identity);
  let sdk: { start(): void; shutdown(): Promise<void> } | null = null;
  if (isExported('TRACES')) {
    const { NodeSDK } = await import('@opentelemetry/sdk-node');
    // The SDK would send a signal without an endpoint to localhost, and would set up logs that nothing uses.
    sdk = new NodeSDK({ resource, autoDetectResources: false, logRecordProcessors: [], metricReaders: [] });
    sdk.start();
  }
  const scraped = new PrometheusMetrics();
  const provider = new MeterProvider({
    resource,
    readers: [scraped.reader, ...(isExported('METRICS') ? [await pushed()] : [])],
  });
  const meter = provider.getMeter('fallback-status-point', identity.serviceVersion);
  const tracer = trace.getTracer('fallback-status-point', identity.serviceVersion);
  return {
    resource,
    meter,
    metrics: instruments(meter),
    prometheus: () => scraped.text(),
    traced: (name, attributes, work) =>
      tracer.startActiveSpan(name, { attributes }, async (span) => {
        try {
          return await work();
        } catch (error) {
          span.recordException(error as Error);
          span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
          throw error;
        } finally {
          span.end();
        }
      }),
    async shutdown() {
      const stopping = Promise.all([sdk?.shutdown(), provider.shutdown()]).catch(() => undefined);
      await Promise.race([stopping, new Promise((resolve) => setTimeout(resolve, stopWithinMs).unref())]);
    },
  };
}

function answered(status: number): Attributes {
  return { 'http.response.status_code': status };
}

/** Answers to what is refused. A series that begins with its first refusals would hide them: increase() sees no step. */
const refusalsFromTheStart = [400, 413, 503];

function instruments(meter: Meter): Telemetry['metrics'] {
  const intakeMessages = new Tally(
    meter,
    'fsp.intake.messages',
    {
      description: 'State messages that came, by answer; a request that was not taken counts as one',
      unit: '{message}',
    },
    answered,
  );
  for (const status of refusalsFromTheStart) intakeMessages.add(0, status);
  return {
    intakeMessages,
    intakeRequests: new Tally(
      meter,
      'fsp.intake.requests',
      { description: 'Requests to the intake, by answer', unit: '{request}' },
      answered,
    ),
    clientMessages: new Tally(
      meter,
      'fsp.client.messages',
      {
        description: 'State messages that were taken and are new, by site and whether they tell a failure',
        unit: '{message}',
      },
      (attributes) => attributes,
    ),
    clientFailures: meter.createCounter('fsp.client.failures', {
      description: 'State messages that tell a failure, by site and cause',
      unit: '{message}',
    }),
    throttleProcessed: meter.createCounter('fsp.throttle.processed', {
      description: 'Messages that the throttle let pass',
      unit: '{message}',
    }),
    deliveryDuration: meter.createHistogram('fsp.delivery.duration', {
      description: 'Time from the receipt of a message until a sink has it, by sink and whether it tells a failure',
      unit: 's',
      advice: { explicitBucketBoundaries: durations },
    }),
    otlpRejected: meter.createCounter('fsp.otlp.rejected', {
      description: 'Log records that the OpenTelemetry endpoint took and then rejected',
      unit: '{record}',
    }),
    setupLogRecords: meter.createCounter('fsp.setup_log.records', {
      description: 'Records of followed logs, by format',
      unit: '{record}',
    }),
    sinkBatches: meter.createCounter('fsp.sink.batches', {
      description: 'Attempts to send a batch to a sink, by outcome',
      unit: '{batch}',
    }),
  };
}

async function pushed(): Promise<PeriodicExportingMetricReader> {
  const exportIntervalMillis = millis(process.env.OTEL_METRIC_EXPORT_INTERVAL, exportEveryMs);
  return new PeriodicExportingMetricReader({
    exporter: await exporter(),
    exportIntervalMillis,
    exportTimeoutMillis: Math.min(millis(process.env.OTEL_METRIC_EXPORT_TIMEOUT, exportWithinMs), exportIntervalMillis),
  });
}

async function exporter(): Promise<PushMetricExporter> {
  switch (otlpProtocol('METRICS')) {
    case 'http/protobuf':
      return new (await import('@opentelemetry/exporter-metrics-otlp-proto')).OTLPMetricExporter();
    case 'http/json':
      return new (await import('@opentelemetry/exporter-metrics-otlp-http')).OTLPMetricExporter();
    case 'grpc':
      return new (await import('@opentelemetry/exporter-metrics-otlp-grpc')).OTLPMetricExporter();
  }
}

/** A number of the environment, or what holds where it says none: the SDK does not refuse a start for it either. */
function millis(text: string | undefined, otherwise: number): number {
  const value = Number(text);
  return text !== undefined && Number.isFinite(value) && value > 0 ? value : otherwise;
}
