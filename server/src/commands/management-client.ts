import { existsSync, readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { managementUrlOf, requestManagement } from '../management/client.js';
import { tokenFile, type Tokens } from '../management/tokens.js';
import type { Config } from '../config.js';
import { FspError } from '../errors.js';
import { isLoopback } from '../listen.js';

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
  const fullPath = `/api/v1${path}`;
  const url = managementUrlOf(config) + fullPath;
  if (url.startsWith('http:') && !isLoopback(config.managementHost) && !isLoopback(new URL(url).hostname))
    process.stderr.write(
      `fsp: the admin token crosses the network in the clear to ${new URL(url).host}; set FSP_MANAGEMENT_TLS_CERT and FSP_MANAGEMENT_TLS_KEY\n`,
    );
  let answer: IncomingMessage;
  let said: string;
  try {
    answer = await requestManagement(config, fullPath, {
      method,
      token: adminToken(config),
      ...(body === undefined ? {} : { body }),
      patienceMs,
    });
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
