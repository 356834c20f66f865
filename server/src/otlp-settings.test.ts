import { afterEach, expect, test, vi } from 'vitest';
import { checkOtlpSettings, isExported, otlpEndpoint, otlpProtocol } from './otlp-settings.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

test('an empty variable counts as not set, as the specification has it', () => {
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: '',
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://collector:4318/v1/logs',
    OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: ' ',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  };
  expect(isExported('LOGS', env)).toBe(true);
  expect(isExported('METRICS', env)).toBe(false);
  expect(otlpProtocol('LOGS', env)).toBe('http/json');
  expect(otlpProtocol('LOGS', { OTEL_EXPORTER_OTLP_PROTOCOL: '' })).toBe('http/protobuf');
});

test.each(['collector:4318', '://collector', 'ftp://user:hunter2@collector', 'user:hunter2@collector:4318'])(
  'an address such as %s is told at the start, in place of sending to another one; no password is',
  (text) => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', text);
    const message = (() => {
      try {
        checkOtlpSettings();
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(message).toMatch(/^OTEL_EXPORTER_OTLP_METRICS_ENDPOINT is no address; write it as http:/);
    expect(message).not.toContain('hunter2');
  },
);

test('by gRPC a host and a port are an address', () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
  expect(otlpEndpoint('LOGS', env).host).toBe('collector:4317');
});

test.each(['CERTIFICATE', 'CLIENT_CERTIFICATE', 'CLIENT_KEY'])(
  '%s that cannot be read is told at the start',
  (what) => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'https://collector:4318');
    vi.stubEnv(`OTEL_EXPORTER_OTLP_${what}`, '/nowhere/a.pem');
    expect(checkOtlpSettings).toThrow(`OTEL_EXPORTER_OTLP_${what} names /nowhere/a.pem, which cannot be read (ENOENT)`);
  },
);
