import { readFileSync } from 'node:fs';
import { FspError } from './errors.js';

export type Signal = 'LOGS' | 'METRICS' | 'TRACES';

const protocols = ['http/protobuf', 'http/json', 'grpc'] as const;
/** What the specification has where OTEL_EXPORTER_OTLP_TIMEOUT says nothing that can be. */
const timeoutMs = 10_000;

/** The variable of one signal or of all that says something, with its name: an empty one counts as not set. */
function settingOf(signal: Signal, what: string, env: NodeJS.ProcessEnv): { name: string; text: string } | null {
  for (const name of [`OTEL_EXPORTER_OTLP_${signal}_${what}`, `OTEL_EXPORTER_OTLP_${what}`]) {
    const text = env[name]?.trim() ?? '';
    if (text !== '') return { name, text };
  }
  return null;
}

/** Whether the standard variables name somewhere to send a signal to by OTLP. */
export function isExported(signal: Signal, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true') return false;
  const exporters = (env[`OTEL_${signal}_EXPORTER`] ?? '').split(',').flatMap((one) => one.trim() || []);
  if (exporters.length > 0 && !exporters.includes('otlp')) return false;
  return settingOf(signal, 'ENDPOINT', env) !== null;
}

/**
 * The protocol by which a signal leaves, as the standard variables say.
 * @throws FspError FSP_CONFIG_INVALID where they name none that there is
 */
export function otlpProtocol(signal: Signal, env: NodeJS.ProcessEnv = process.env): (typeof protocols)[number] {
  const setting = settingOf(signal, 'PROTOCOL', env);
  if (setting === null) return protocols[0];
  const protocol = protocols.find((one) => one === setting.text);
  if (protocol === undefined)
    throw new FspError(
      'FSP_CONFIG_INVALID',
      `${setting.name} is ${JSON.stringify(setting.text)}; allowed: http/protobuf, http/json or grpc`,
    );
  return protocol;
}

/**
 * Where a signal goes. The SDK would send to this machine's own port what an address that cannot be read was meant for.
 * @throws FspError FSP_CONFIG_INVALID, without the address: it can carry a password
 */
export function otlpEndpoint(signal: Signal, env: NodeJS.ProcessEnv = process.env): URL {
  const { name, text } = settingOf(signal, 'ENDPOINT', env) ?? { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', text: '' };
  // By gRPC a host and a port are enough, and mean an encrypted connection.
  const isGrpc = otlpProtocol(signal, env) === 'grpc';
  const whole = isGrpc && !/^\w{1,8}:\/\//.test(text) ? `https://${text}` : text;
  const url = URL.canParse(whole) ? new URL(whole) : null;
  if (url === null || !['http:', 'https:', ...(isGrpc ? ['unix:'] : [])].includes(url.protocol))
    throw new FspError(
      'FSP_CONFIG_INVALID',
      `${name} is no address; write it as http://collector:${isGrpc ? '4317' : '4318'}`,
    );
  return url;
}

/**
 * The certificates of a signal, as far as there are any. The SDK would go on without one that it cannot read.
 * @throws FspError FSP_CONFIG_INVALID
 */
export function otlpCertificates(signal: Signal): { ca?: Buffer; cert?: Buffer; key?: Buffer } {
  const found: { ca?: Buffer; cert?: Buffer; key?: Buffer } = {};
  for (const [part, what] of [
    ['ca', 'CERTIFICATE'],
    ['cert', 'CLIENT_CERTIFICATE'],
    ['key', 'CLIENT_KEY'],
  ] as const) {
    const setting = settingOf(signal, what, process.env);
    if (setting === null) continue;
    try {
      found[part] = readFileSync(setting.text);
    } catch (cause) {
      throw new FspError(
        'FSP_CONFIG_INVALID',
        `${setting.name} names ${setting.text}, which cannot be read (${(cause as NodeJS.ErrnoException).code}); check the path and its rights`,
        { cause },
      );
    }
  }
  return found;
}

/** How long an endpoint has for its answer, in milliseconds. */
export function otlpTimeout(signal: Signal): number {
  const value = Number(settingOf(signal, 'TIMEOUT', process.env)?.text);
  return Number.isFinite(value) && value > 0 ? value : timeoutMs;
}

/**
 * Says at the start what no endpoint could be reached with.
 * @throws FspError FSP_CONFIG_INVALID
 */
export function checkOtlpSettings(): void {
  for (const signal of ['LOGS', 'METRICS', 'TRACES'] as const) {
    if (!isExported(signal)) continue;
    otlpEndpoint(signal);
    otlpCertificates(signal);
  }
}
