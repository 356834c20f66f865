import { join } from 'node:path';
import { readEngineCredentials } from '../clickhouse/credentials.js';
import { keptReader } from '../clickhouse/reader-account.js';
import { listOf, type Config } from '../config.js';
import { FspError } from '../errors.js';

/** How other programs ask ClickHouse: by the account that may only read. */
interface ReaderConnection {
  /** HTTP. */
  url: URL;
  /** Host and port of the native protocol; null where that is not known. */
  native: { host: string; port: number } | null;
  database: string;
  username: string;
  password: string;
  /** Where it is, in words. */
  where: string;
}

const hidden = '********';

/**
 * What other tools need to ask ClickHouse: address, account, and for each of them the line or the fields that it wants.
 * @param shown whether the password is
 * @throws FspError FSP_SERVER_NOT_FOUND, FSP_READER_MISSING, FSP_DATA_DIR_UNREADABLE
 */
export function connectionText(config: Config, shown: boolean): string {
  const connection = readerConnection(config);
  const { url, native, database, username, where } = connection;
  const password = shown ? connection.password : hidden;
  const secure = url.protocol === 'https:';
  const port = Number(url.port) || (secure ? 443 : 80);
  const user = encodeURIComponent(username);
  const secret = shown ? encodeURIComponent(password) : hidden;
  const nativeAt = native ?? { host: url.hostname, port: secure ? 9440 : 9000 };
  const flags = secure ? ' --secure' : '';
  return `${where}
It may read the database ${database}, and change nothing.

  HTTP       ${url.origin}
  native     ${native === null ? `as that server has it, mostly ${nativeAt.host}:${nativeAt.port}` : `${native.host}:${native.port}`}
  database   ${database}
  user       ${username}
  password   ${password}${shown ? '' : '   (fsp query --connection --show-password)'}

clickhouse-client
  clickhouse-client --host ${nativeAt.host} --port ${nativeAt.port}${flags} --user ${username} --password '${password}' --database ${database}

JDBC (DBeaver: ClickHouse, by URL)
  jdbc:clickhouse:${url.protocol}//${url.hostname}:${port}/${database}?user=${user}&password=${secret}

Python (pip install clickhouse-connect)
  clickhouse_connect.get_client(host='${url.hostname}', port=${port}, secure=${secure ? 'True' : 'False'}, username='${username}', password='${password}', database='${database}')

Go (github.com/ClickHouse/clickhouse-go/v2)
  clickhouse://${user}:${secret}@${nativeAt.host}:${nativeAt.port}/${database}${secure ? '?secure=true' : ''}
  ${url.protocol}//${user}:${secret}@${url.hostname}:${port}/${database}

Grafana (data source grafana-clickhouse-datasource)
  Server address ${url.hostname}   Server port ${port}   Protocol HTTP   Secure ${secure ? 'on' : 'off'}
  Username ${username}   Password ${password}   Default database ${database}
  OpenTelemetry logs: on, table otel_logs

HyperDX (connection, then a source of logs)
  Host ${url.origin}   Username ${username}   Password ${password}
  Database ${database}   Table otel_logs   Timestamp column TimestampTime   Default select Timestamp, ServiceName, SeverityText, Body

curl
  curl '${url.origin}/?database=${database}' -H 'X-ClickHouse-User: ${username}' -H 'X-ClickHouse-Key: ${password}' -d 'SELECT count() FROM state_messages'
`;
}

function readerConnection(config: Config): ReaderConnection {
  const { clickhouseDatabase: database, clickhouseUrl, clickhouseReaderUser, clickhouseReaderPassword } = config;
  if (clickhouseUrl !== '') {
    const account =
      clickhouseReaderUser === ''
        ? keptReader(config.dataDir)
        : { username: clickhouseReaderUser, password: clickhouseReaderPassword };
    if (account === null)
      throw new FspError(
        'FSP_READER_MISSING',
        'There is no account yet that may only read: start the server, which makes one or says what to do, or set FSP_CLICKHOUSE_READER_USER and FSP_CLICKHOUSE_READER_PASSWORD',
      );
    const [first = ''] = listOf(clickhouseUrl);
    return { url: new URL(first), native: null, database, ...account, where: 'The ClickHouse of FSP_CLICKHOUSE_URL' };
  }
  const engine = readEngineCredentials(join(config.dataDir, 'clickhouse'));
  if (engine === null || engine.url === '') throw noEngine(config);
  const url = new URL(engine.url);
  const host = hostFor(engine.host ?? '', config);
  if (host !== '') url.hostname = host;
  const nativePort = Number((engine.native ?? '').split(':').at(-1));
  return {
    url,
    native: nativePort > 0 ? { host: url.hostname, port: nativePort } : null,
    database,
    ...engine.reader,
    where:
      host === ''
        ? `The embedded ClickHouse of ${config.dataDir}, for programs of this machine (others: FSP_EMBEDDED_CLICKHOUSE_HOST)`
        : `The embedded ClickHouse of ${config.dataDir}`,
  };
}

/** What others call this machine, where the engine listens for them: an address for all stands for none. */
function hostFor(host: string, { serverName }: Config): string {
  return host === '0.0.0.0' || host === '::' ? serverName : host.includes(':') ? `[${host}]` : host;
}

/** Nothing runs here; a server elsewhere may. */
export function noEngine({ dataDir }: Pick<Config, 'dataDir'>): FspError {
  return new FspError(
    'FSP_SERVER_NOT_FOUND',
    `No embedded ClickHouse runs for the data folder ${dataDir}; start the server, name its folder with FSP_DATA_DIR, or ask a server elsewhere with fsp query --url`,
  );
}
