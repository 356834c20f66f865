import { existsSync, readFileSync } from 'node:fs';
import { request as requestPlain, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestTls } from 'node:https';
import { text } from 'node:stream/consumers';
import { readServerTls, trusting } from '../management/tls.js';
import { tokenFile, type Tokens } from '../management/tokens.js';
import type { Config } from '../config.js';
import { FspError } from '../errors.js';
import { isLoopback, localHost } from './options.js';

const patienceMs = 60_000;

/**
 * Asks the management API of the server that this configuration describes, as its administrator.
 * @returns the answer's JSON
 * @throws FspError FSP_SERVER_NOT_FOUND where none answers; the server's own errors with their code
 */
export async function askServer(
  config: Config,
  path: string,
  body?: object,
  method = body === undefined ? 'GET' : 'POST',
): Promise<unknown> {
  const url = `${managementUrlOf(config)}/api/v1${path}`;
  if (url.startsWith('http:') && !isLoopback(config.managementHost) && !isLoopback(new URL(url).hostname))
    process.stderr.write(
      `fsp: the admin token crosses the network in the clear to ${new URL(url).host}; set FSP_MANAGEMENT_TLS_CERT and FSP_MANAGEMENT_TLS_KEY\n`,
    );
  let answer: IncomingMessage;
  let said: string;
  try {
    answer = await send(config, url, method, body);
    said = await text(answer);
  } catch (cause) {
    throw new FspError(
      'FSP_SERVER_NOT_FOUND',
      `No server answers at ${url} (${(cause as NodeJS.ErrnoException).code ?? (cause as Error).message}); start it, or check FSP_DATA_DIR, FSP_MANAGEMENT_HOST and FSP_MANAGEMENT_PORT`,
      { cause },
    );
  }
  const told = parsed(said) as { title?: string; code?: string };
  const status = answer.statusCode ?? 0;
  if (status < 200 || status > 299)
    throw new FspError('FSP_SERVER_NOT_FOUND', `${url} answered ${status}: ${told.title ?? 'no reason'}`);
  return told;
}

/** Where the management API of this configuration is, as this machine reaches it. */
function managementUrlOf({ managementHost, managementPort, managementTlsCert }: Config): string {
  return `${managementTlsCert === '' ? 'http' : 'https'}://${localHost(managementHost)}:${managementPort}`;
}

function send(config: Config, url: string, method: string, body: object | undefined): Promise<IncomingMessage> {
  const tls = readServerTls(config);
  const options: RequestOptions = {
    method,
    headers: { authorization: `Bearer ${adminToken(config)}`, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(patienceMs),
  };
  return new Promise((answered, failed) => {
    const asked = tls === null ? requestPlain(url, options) : requestTls(url, { ...options, ...trusting(tls.cert) });
    asked.on('response', answered).on('error', failed);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}

function adminToken(config: Config): string {
  if (config.adminToken !== '') return config.adminToken;
  const file = tokenFile(config.dataDir);
  if (!existsSync(file)) return '';
  return (JSON.parse(readFileSync(file, 'utf8')) as Tokens).admin;
}
