import { request as requestPlain, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestTls } from 'node:https';
import type { Config } from '../config.js';
import { localHost } from '../http/listen.js';
import { readServerTls, trusting } from './tls.js';

/** Where the management API of this configuration is, as this machine reaches it. */
export function managementUrlOf({
  managementHost,
  managementPort,
  managementTlsCert,
}: Pick<Config, 'managementHost' | 'managementPort' | 'managementTlsCert'>): string {
  return `${managementTlsCert === '' ? 'http' : 'https'}://${localHost(managementHost)}:${managementPort}`;
}

export interface ManagementRequest {
  method?: string;
  token?: string;
  body?: object;
  /** After so long without a word the request fails. */
  patienceMs: number;
  /** The server's own certificate, as PEM, where it is at hand: it is trusted beside those that Node trusts. */
  cert?: string;
}

/** Something is there and took the request, and said nothing for as long as was waited: it may go on with it. */
export class NoWord extends Error {}

/** Asks a management API anywhere. @throws NoWord; Node's errors where nothing answers */
export function request(
  url: string,
  { method = 'GET', token, body, patienceMs, cert }: ManagementRequest,
): Promise<IncomingMessage> {
  const options: RequestOptions = {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    // Of silence: an answer that comes may take its time.
    timeout: patienceMs,
  };
  return new Promise((answered, failed) => {
    const asked = url.startsWith('https:')
      ? requestTls(url, { ...options, ...(cert === undefined ? {} : trusting(cert)) })
      : requestPlain(url, options);
    let begun: IncomingMessage | undefined;
    asked.on('response', (answer) => {
      begun = answer;
      answered(answer);
    });
    asked.on('error', failed);
    asked.on('timeout', () => {
      const isThere = asked.socket?.connecting === false;
      const silence = isThere
        ? new NoWord(`no word for ${patienceMs / 1_000} s`)
        : Object.assign(new Error('nobody is there'), { code: 'ETIMEDOUT' });
      // Whoever reads an answer that stopped in its middle would be told that it was cut off.
      begun?.destroy(silence);
      asked.destroy(silence);
    });
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/**
 * Asks the management port of the server that this configuration describes, by TLS where it has that; its very
 * certificate is trusted.
 * @param path from the root, `/healthz`
 * @throws FspError FSP_CONFIG_INVALID where the TLS files cannot be used; NoWord; Node's errors where nothing answers
 */
export async function requestManagement(
  config: Config,
  path: string,
  options: Omit<ManagementRequest, 'cert'>,
): Promise<IncomingMessage> {
  const tls = readServerTls(config);
  return request(managementUrlOf(config) + path, { ...options, ...(tls === null ? {} : { cert: tls.cert }) });
}
