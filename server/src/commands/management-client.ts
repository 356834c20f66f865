import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { managementUrlOf, NoWord, request, requestManagement } from '../management/client.js';
import { keptTokens } from '../management/tokens.js';
import type { Config } from '../config.js';
import { FspError, isErrorCode } from '../errors.js';
import { isLoopback } from '../http/listen.js';
import { shownAddress } from '../http/shown-address.js';

/** How long a server may say nothing before it counts as hung. */
const usualPatienceMs = 60_000;
/** What says where the server of a configuration is. */
const ownAddress = 'FSP_DATA_DIR, FSP_MANAGEMENT_HOST and FSP_MANAGEMENT_PORT';

/**
 * Asks the management API of the server that this configuration describes, as its administrator.
 * @returns the answer's JSON
 * @throws FspError FSP_SERVER_NOT_FOUND where none answers; FSP_SERVER_SLOW; FSP_TOKENS_UNREADABLE; the server's own errors
 * with their code
 */
export async function askServer(
  config: Config,
  path: string,
  body?: object,
  { method = body === undefined ? 'GET' : 'POST', patienceMs = usualPatienceMs } = {},
): Promise<unknown> {
  const fullPath = `/api/v1${path}`;
  const url = managementUrlOf(config) + fullPath;
  if (!isLoopback(config.managementHost)) warnOfClearText(url);
  const token = adminToken(config);
  const answer = await accepted(url, () =>
    requestManagement(config, fullPath, {
      method,
      token,
      ...(body === undefined ? {} : { body }),
      patienceMs,
    }),
  );
  return parsed(
    await text(answer).catch((cause: unknown) => {
      throw unanswered(url, cause as Error);
    }),
  );
}

/**
 * Asks a server anywhere, by its address and a token; the answer as it comes.
 * @param base as `http://fsp.example:8081`
 * @throws FspError FSP_USAGE, FSP_SERVER_NOT_FOUND, FSP_SERVER_SLOW; the server's own errors with their code
 */
export async function askAt(base: string, token: string, path: string, body: object): Promise<IncomingMessage> {
  if (!/^https?:\/\/[^/@?#]+(?:\/[^@?#]*)?$/.test(base) || !URL.canParse(base))
    throw new FspError(
      'FSP_USAGE',
      `--url is ${JSON.stringify(shownAddress(base))}; allowed: as http://fsp.example:8081, without user, password and query`,
    );
  const url = `${base.endsWith('/') ? base.slice(0, -1) : base}/api/v1${path}`;
  warnOfClearText(url);
  const ask = () => request(url, { method: 'POST', token, body, patienceMs: usualPatienceMs });
  return accepted(url, ask, '--url');
}

function warnOfClearText(url: string): void {
  if (url.startsWith('http:') && !isLoopback(new URL(url).hostname))
    process.stderr.write(
      `fsp: the token crosses the network in the clear to ${new URL(url).host}; set FSP_MANAGEMENT_TLS_CERT and FSP_MANAGEMENT_TLS_KEY on the server\n`,
    );
}

/** An answer that is no refusal. @throws FspError FSP_SERVER_NOT_FOUND, FSP_SERVER_SLOW; the server's own errors with their code */
async function accepted(
  url: string,
  ask: () => Promise<IncomingMessage>,
  namedBy = ownAddress,
): Promise<IncomingMessage> {
  let answer: IncomingMessage;
  let refusal: string | null;
  try {
    answer = await ask();
    const status = answer.statusCode ?? 0;
    refusal = status < 200 || status > 299 ? await text(answer) : null;
  } catch (cause) {
    throw unanswered(url, cause as Error, namedBy);
  }
  if (refusal === null) return answer;
  const { title, code } = parsed(refusal) as { title?: string; code?: string };
  if (title !== undefined && isErrorCode(code)) throw new FspError(code, title);
  throw new FspError(
    'FSP_SERVER_NOT_FOUND',
    `${url} answered ${answer.statusCode ?? 0}: ${title ?? 'no fallback status point is there'}`,
  );
}

function unanswered(url: string, cause: Error, namedBy = ownAddress): FspError {
  if (cause instanceof NoWord)
    return new FspError(
      'FSP_SERVER_SLOW',
      `The server at ${url} took the request and gave ${cause.message}; it may go on with it: look at its log, and say it again to see`,
      { cause },
    );
  const reason = (cause as NodeJS.ErrnoException).code ?? cause.message;
  return new FspError(
    'FSP_SERVER_NOT_FOUND',
    `No server answers at ${url} (${reason}); ${/CERT|SELF_SIGNED|UNABLE_TO/.test(reason) ? 'name the authority of its certificate with NODE_EXTRA_CA_CERTS' : `start it, or check ${namedBy}`}`,
    { cause },
  );
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
  return keptTokens(config.dataDir).admin ?? '';
}
