import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Command } from 'commander';
import { readEngineCredentials } from '../clickhouse/credentials.js';
import type { Config } from '../config.js';
import { FspError } from '../errors.js';
import { connectionText, noEngine } from './connection.js';
import { addConfigOptions, configOf } from './options.js';
import { readNamed, standardInput } from './standard-input.js';

const hints = { what: 'query file', hint: 'give a query, as fsp query "SELECT count() FROM state_messages"' };

/** How long nothing is said until it is asked whether ClickHouse lives, and how long that may take. */
const silentMs = 7_000;
/** The client's word for an answer that does not begin. */
const timeoutError = 'Timeout error.';

interface Options {
  file?: string;
  format?: string;
  url?: string;
  token?: string;
  connection?: true;
  showPassword?: true;
}

/** `fsp query`: read-only SQL on the project's ClickHouse, the embedded engine of a running server included. */
export function registerQuery(program: Command): void {
  const command = program
    .command('query')
    .argument('[sql]', 'the query; without it and without --file it is read from standard input')
    .description("read-only SQL on the project's ClickHouse")
    .option('-f, --file <file>', 'read the query from a file; - is standard input')
    .option(
      '--format <format>',
      "the answer's format, as ClickHouse names them (PrettyCompact on a terminal, else TSVWithNames)",
    )
    .option('--url <url>', 'ask the management API of a server, with a token, where its data folder is not yours')
    .option('--token <token>', 'viewer token for --url (better in FSP_VIEWER_TOKEN: others see a command line)')
    .option('--connection', 'print what clickhouse-client, JDBC, Python, Go, Grafana and HyperDX need to ask')
    .option('--show-password', 'with the password in it')
    .addHelpText(
      'after',
      `
Examples:
  fsp query "SELECT outcome, count() FROM clients GROUP BY outcome"
  echo "SELECT count() FROM state_messages" | fsp query -f -
  fsp query --format JSONEachRow "SELECT * FROM state_messages ORDER BY received_at DESC LIMIT 5"
  fsp query --url http://fsp.example:8081 "SELECT client_name, reason FROM clients WHERE outcome = 'failed'"
  fsp query --connection
`,
    );
  addConfigOptions(command).action(async (sql: string | undefined, options: Options) => {
    const { config } = configOf(command);
    if (options.connection ?? options.showPassword) {
      process.stdout.write(connectionText(config, options.showPassword ?? false));
      return;
    }
    const query = sql ?? (await readNamed(options.file ?? standardInput, hints)).toString();
    if (query.trim() === '') throw new FspError('FSP_USAGE', `No question was asked; ${hints.hint}`);
    const format = options.format ?? (process.stdout.isTTY ? 'PrettyCompact' : 'TSVWithNames');
    if (options.url !== undefined) await askElsewhere(options.url, options.token ?? tokenOf(config), query, format);
    else await runQuery(config, query, format);
  });
}

function tokenOf({ viewerToken, adminToken }: Config): string {
  const token = viewerToken || adminToken;
  if (token === '')
    throw new FspError(
      'FSP_USAGE',
      "--url needs the server's viewer token: set FSP_VIEWER_TOKEN, or give --token; its owner finds it in tokens.json of the data folder",
    );
  return token;
}

async function askElsewhere(url: string, token: string, sql: string, format: string): Promise<void> {
  const { askAt } = await import('./management-client.js');
  await passOn(await askAt(url, token, '/query', { sql, format }));
}

async function runQuery(config: Config, sql: string, format: string): Promise<void> {
  const { client, close } = await connectForReading(config);
  try {
    const { askReadOnly } = await import('../clickhouse/reader.js');
    await passOn((await unlessHung(config, askReadOnly(client, sql, format))).rows);
  } catch (error) {
    throw queryError(error);
  } finally {
    await close();
  }
}

/** Waits for an answer, as long as ClickHouse lives: one that hangs takes a question as one does that works on it. */
async function unlessHung<Answer>(config: Config, asked: Promise<Answer>): Promise<Answer> {
  const answered = new AbortController();
  try {
    return await Promise.race([asked, hangs(config, answered.signal)]);
  } finally {
    answered.abort();
  }
}

/** @throws FspError FSP_SERVER_SLOW where ClickHouse does not even say that it lives; never ends else */
async function hangs(config: Config, answered: AbortSignal): Promise<never> {
  await sleep(silentMs, undefined, { signal: answered }).catch(() => undefined);
  if (!answered.aborted) await refuseHung(config);
  return new Promise(() => undefined);
}

/** @throws FspError FSP_SERVER_SLOW where ClickHouse takes a connection and does not say that it lives */
async function refuseHung(config: Config): Promise<void> {
  const url = config.clickhouseUrl || (readEngineCredentials(join(config.dataDir, 'clickhouse'))?.url ?? '');
  if (url === '') return;
  const { connect } = await import('../clickhouse/client.js');
  const account = { username: '', password: '', database: '' };
  const client = connect({ url, ...account, caFile: config.clickhouseCaFile, silenceMs: silentMs });
  const answer = await client.ping();
  await client.close();
  if (!answer.success && answer.error.message === timeoutError)
    throw new FspError(
      'FSP_SERVER_SLOW',
      'ClickHouse takes questions and says nothing, not even whether it lives: it hangs, or its machine has too much to do; fsp doctor tells what else it finds',
    );
}

/** An answer that has begun is of somebody who answers, whatever ends it. */
async function passOn(answer: Readable): Promise<void> {
  try {
    await pipeline(answer, process.stdout, { end: false });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ECONNRESET') throw queryError(cause);
    throw new FspError(
      'FSP_QUERY_FAILED',
      'The answer was broken off: it is larger than one may be there, or the question took too long or too much; ask for fewer rows or columns',
      { cause },
    );
  }
}

async function connectForReading(config: Config): Promise<{ client: ClickHouseClient; close(): Promise<void> }> {
  const database = config.clickhouseDatabase;
  if (config.clickhouseUrl !== '') {
    // An account that is looked at cannot be let go of while that hangs.
    await refuseHung(config);
    const { externalReader } = await import('../store.js');
    // Accounts are made by the server, not by whoever asks.
    const account = externalReader(config, null);
    return { client: await account.client(), close: () => account.close() };
  }
  const engine = readEngineCredentials(join(config.dataDir, 'clickhouse'));
  if (engine === null || engine.url === '') throw noEngine(config);
  const { connect } = await import('../clickhouse/client.js');
  const client = connect({ url: engine.url, ...engine.reader, database });
  return { client, close: () => client.close() };
}

function queryError(error: unknown): Error {
  if (error instanceof FspError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (/ECONNREFUSED|ECONNRESET|ENOTFOUND/.test(message + String((error as { code?: string }).code))) {
    return new FspError(
      'FSP_SERVER_NOT_FOUND',
      'ClickHouse does not answer; start the server, or check FSP_DATA_DIR, and FSP_CLICKHOUSE_URL where that is set',
    );
  }
  if (message === timeoutError)
    return new FspError(
      'FSP_SERVER_SLOW',
      'ClickHouse took the question and said nothing for a minute: see with fsp doctor whether it answers at all, or ask for less',
    );
  return new FspError('FSP_QUERY_FAILED', message.replaceAll(/\s+/g, ' '));
}
