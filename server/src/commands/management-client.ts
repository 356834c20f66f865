import { existsSync, readFileSync } from 'node:fs';
import { request as requestPlain, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestTls } from 'node:https';
import { text } from 'node:stream/consumers';
import { readServerTls, trusting } from '../management/tls.js';
import { tokenFile, type Tokens } from '../management/tokens.js';
import type { Config } from '../config.js';
import { FspError, isErrorCode } from '../errors.js';
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
  const server: Server = { url: `${managementUrlOf(config)}/api/v1${path}`, token: adminToken(config) };
  const tls = readServerTls(config);
  if (!isLoopback(config.managementHost)) warnOfClearText(server.url);
  return parsed(await text(await send({ ...server, ...(tls === null ? {} : { cert: tls.cert }) }, method, body)));
}

/**
 * Asks a server anywhere, by its address and a token; the answer as it comes.
 * @param base as `http://fsp.example:8081`
 * @throws FspError FSP_USAGE, FSP_SERVER_NOT_FOUND; the server's own errors with their code
 */
export async function askAt(base: string, token: string, path: string, body: object): Promise<IncomingMessage> {
  if (!/^https?:\/\/[^/]/.test(base) || !URL.canParse(base))
    throw new FspError('FSP_USAGE', `--url is ${JSON.stringify(base)}; allowed: as http://fsp.example:8081`);
  const url = `${base.replace(/\/+$/, '')}/api/v1${path}`;
  warnOfClearText(url);
  return send({ url, token }, 'POST', body);
}

interface Server {
  url: string;
  token: string;
  /** The server's own certificate, as PEM, where it is at hand. */
  cert?: string;
}

function warnOfClearText(url: string): void {
  if (url.startsWith('http:') && !isLoopback(new URL(url).hostname))
    process.stderr.write(
      `fsp: the token crosses the network in the clear to ${new URL(url).host}; set FSP_MANAGEMENT_TLS_CERT and FSP_MANAGEMENT_TLS_KEY on the server\n`,
    );
}

/** Where the management API of this configuration is, as this machine reaches it. */
function managementUrlOf({ managementHost, managementPort, managementTlsCert }: Config): string {
  return `${managementTlsCert === '' ? 'http' : 'https'}://${localHost(managementHost)}:${managementPort}`;
}

/** @throws FspError FSP_SERVER_NOT_FOUND; the server's own errors with their code */
async function send(server: Server, method: string, body: object | undefined): Promise<IncomingMessage> {
  const { url } = server;
  let answer: IncomingMessage;
  let refusal: string | null;
  try {
    answer = await asked(server, method, body);
    const status = answer.statusCode ?? 0;
    refusal = status < 200 || status > 299 ? await text(answer) : null;
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    throw new FspError(
      'FSP_SERVER_NOT_FOUND',
      `No server answers at ${url} (${reason}); ${/CERT|SELF_SIGNED|UNABLE_TO/.test(reason) ? 'name the authority of its certificate with NODE_EXTRA_CA_CERTS' : 'start it, or check FSP_DATA_DIR, FSP_MANAGEMENT_HOST and FSP_MANAGEMENT_PORT'}`,
      { cause },
    );
  }
  if (refusal === null) return answer;
  const { title, code } = parsed(refusal) as { title?: string; code?: string };
  if (title !== undefined && isErrorCode(code)) throw new FspError(code, title);
  throw new FspError(
    'FSP_SERVER_NOT_FOUND',
    `${url} answered ${answer.statusCode ?? 0}: ${title ?? 'no fallback status point is there'}`,
  );
}

function asked({ url, token, cert }: Server, method: string, body: object | undefined): Promise<IncomingMessage> {
  const options: RequestOptions = {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(patienceMs),
  };
  return new Promise((answered, failed) => {
    const request = url.startsWith('https:')
      ? requestTls(url, { ...options, ...(cert === undefined ? {} : trusting(cert)) })
      : requestPlain(url, options);
    request.on('response', answered).on('error', failed);
    request.end(body === undefined ? undefined : JSON.stringify(body));
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
