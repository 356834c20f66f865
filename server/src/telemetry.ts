import { metrics, SpanStatusCode, trace, type Attributes, type Meter } from '@opentelemetry/api';
import { NodeSDK, resources } from '@opentelemetry/sdk-node';

export type Resource = resources.Resource;

export interface Telemetry {
  resource: Resource;
  meter: Meter;
  metrics: {
    intakeMessages: { add(value: number, attributes?: Attributes): void };
    throttleProcessed: { add(value: number): void };
    sinkBatches: { add(value: number, attributes?: Attributes): void };
    otlpRejected: { add(value: number): void };
    setupLogRecords: { add(value: number, attributes?: Attributes): void };
  };
  /** Runs a piece of work in a span of its own. */
  traced<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T>;
  shutdown(): Promise<void>;
}

const stopWithinMs = 3_000;

/** Whether the standard variables name somewhere to send a signal to. */
export function isExported(signal: 'LOGS' | 'METRICS' | 'TRACES', env: NodeJS.ProcessEnv = process.env): boolean {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || env[`OTEL_${signal}_EXPORTER`] === 'none') return false;
  return Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT ?? env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`]);
}

/**
 * The server's own metrics and traces, by OpenTelemetry's SDK and its standard variables. Without an endpoint nothing
 * is started and every instrument does nothing. Messages are not sent here: they have a sink of their own, because the
 * SDK's batch processor drops what it cannot send.
 */
export function startTelemetry(identity: { serviceVersion: string; instanceId: string; hostName: string }): Telemetry {
  const resource = resources.resourceFromAttributes({
    'service.name': 'fallback-status-point',
    'service.version': identity.serviceVersion,
    'service.instance.id': identity.instanceId,
    'host.name': identity.hostName,
  });
  let sdk: NodeSDK | null = null;
  if (isExported('METRICS') || isExported('TRACES')) {
    // The SDK would send a signal without an endpoint to localhost, and would set up logs that nothing uses.
    sdk = new NodeSDK({
      resource,
      autoDetectResources: false,
      logRecordProcessors: [],
      ...(isExported('TRACES') ? {} : { spanProcessors: [] }),
      ...(isExported('METRICS') ? {} : { metricReaders: [] }),
    });
    sdk.start();
  }
  const meter = metrics.getMeter('fallback-status-point', identity.serviceVersion);
  const tracer = trace.getTracer('fallback-status-point', identity.serviceVersion);
  return {
    resource,
    meter,
    metrics: {
      intakeMessages: meter.createCounter('fsp.intake.messages', { description: 'Requests to the intake, by answer' }),
      throttleProcessed: meter.createCounter('fsp.throttle.processed', {
        description: 'Messages that the throttle let pass',
      }),
      otlpRejected: meter.createCounter('fsp.otlp.rejected', {
        description: 'Log records that the OpenTelemetry endpoint took and then rejected',
      }),
      setupLogRecords: meter.createCounter('fsp.setup_log.records', {
        description: 'Records of followed logs, by format',
      }),
      sinkBatches: meter.createCounter('fsp.sink.batches', { description: 'Batches sent to sinks, by outcome' }),
    },
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
      if (sdk === null) return;
      const stopping = sdk.shutdown().catch(() => undefined);
      await Promise.race([stopping, new Promise((resolve) => setTimeout(resolve, stopWithinMs).unref())]);
    },
  };
}
