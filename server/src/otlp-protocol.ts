import { FspError } from './errors.js';

const protocols = ['http/protobuf', 'http/json', 'grpc'] as const;

/**
 * The protocol by which a signal leaves, as the standard variables say.
 * @throws FspError FSP_CONFIG_INVALID where they name none that there is
 */
export function otlpProtocol(signal: 'LOGS' | 'METRICS'): (typeof protocols)[number] {
  const named =
    process.env[`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`] ?? process.env.OTEL_EXPORTER_OTLP_PROTOCOL ?? protocols[0];
  const protocol = protocols.find((one) => one === named);
  if (protocol === undefined)
    throw new FspError(
      'FSP_CONFIG_INVALID',
      `OTEL_EXPORTER_OTLP_PROTOCOL is ${JSON.stringify(named)}; allowed: http/protobuf, http/json or grpc`,
    );
  return protocol;
}
