import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';

/** The media type of the text format that Prometheus reads. */
export const prometheusType = 'text/plain; version=0.0.4; charset=utf-8';

/** The server's metrics for whoever scrapes them; a reader of the SDK, which opens no port of its own. */
export class PrometheusMetrics {
  readonly reader = new PrometheusExporter({ preventServerStart: true });
  private readonly serializer = new PrometheusSerializer(undefined, false, undefined, false, true);

  /** Every metric as it is at this moment, in Prometheus' text format. */
  async text(): Promise<string> {
    const { resourceMetrics } = await this.reader.collect();
    return this.serializer.serialize(withUnits(resourceMetrics));
  }
}

/**
 * Names end in their unit, as OpenTelemetry's rules for Prometheus have it and the collector writes them; the exporter
 * leaves that out.
 */
function withUnits(collected: ResourceMetrics): ResourceMetrics {
  return {
    ...collected,
    scopeMetrics: collected.scopeMetrics.map((scope) => ({
      ...scope,
      metrics: scope.metrics.map((metric) =>
        metric.descriptor.unit === 's'
          ? { ...metric, descriptor: { ...metric.descriptor, name: `${metric.descriptor.name}_seconds` } }
          : metric,
      ),
    })),
  };
}
