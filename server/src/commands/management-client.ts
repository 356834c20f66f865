import { existsSync, readFileSync } from 'node:fs';
import { tokenFile, type Tokens } from '../management/tokens.js';
import type { Config } from '../config.js';
import { FspError } from '../errors.js';

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
  const host = config.managementHost.replace(/^(?:0\.0\.0\.0|::)$/, '127.0.0.1');
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${config.managementPort}/api/v1${path}`;
  let answer: Response;
  try {
    answer = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${adminToken(config)}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw new FspError(
      'FSP_SERVER_NOT_FOUND',
      `No server answers at ${url}; start it, or check FSP_MANAGEMENT_HOST and FSP_MANAGEMENT_PORT`,
      { cause },
    );
  }
  const told = (await answer.json().catch(() => ({}))) as { title?: string; code?: string };
  if (!answer.ok)
    throw new FspError('FSP_SERVER_NOT_FOUND', `${url} answered ${answer.status}: ${told.title ?? 'no reason'}`);
  return told;
}

function adminToken(config: Config): string {
  if (config.adminToken !== '') return config.adminToken;
  const file = tokenFile(config.dataDir);
  if (!existsSync(file)) return '';
  return (JSON.parse(readFileSync(file, 'utf8')) as Tokens).admin;
}
