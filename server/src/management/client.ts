import { request as requestPlain, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestTls } from 'node:https';
import type { Config } from '../config.js';
import { localHost } from '../listen.js';
import { readServerTls, trusting } from './tls.js';

/** Where the management API of this configuration is, as this machine reaches it. */
export function managementUrlOf({
  managementHost,
  managementPort,
  managementTlsCert,
}: Pick<Config, 'managementHost' | 'managementPort' | 'managementTlsCert'>): string {
  return `${managementTlsCert === '' ? 'http' : 'https'}://${localHost(managementHost)}:${managementPort}`;
}

/**
 * Asks the management port of the server that this configuration describes, by TLS where it has that; its very
 * certificate is trusted.
 * @param path from the root, `/healthz`
 * @throws FspError FSP_CONFIG_INVALID where the TLS files cannot be used; Node's errors where nothing answers
 */
export function requestManagement(
  config: Config,
  path: string,
  { method = 'GET', token, body, patienceMs }: { method?: string; token?: string; body?: object; patienceMs: number },
): Promise<IncomingMessage> {
  const tls = readServerTls(config);
  const options: RequestOptions = {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    signal: AbortSignal.timeout(patienceMs),
  };
  const url = managementUrlOf(config) + path;
  return new Promise((answered, failed) => {
    const asked = tls === null ? requestPlain(url, options) : requestTls(url, { ...options, ...trusting(tls.cert) });
    asked.on('response', answered).on('error', failed);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
