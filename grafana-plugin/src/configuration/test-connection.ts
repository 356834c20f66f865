import { getDefaultTimeRange } from '@grafana/data';
import { t } from '@grafana/i18n';
import { ApiError, asAdmin } from '../api/http.js';
import { throttleLimits } from '../api/roles.js';
import { getStatus } from '../api/status.js';
import { isAdmin } from '../app/viewer.js';
import { count } from '../components/format.js';
import { NoDataSource, rowsOf, runSql } from '../queries/run.js';

/** One thing that was tried, and how it went. */
export interface Check {
  what: string;
  ok: boolean;
  /** What was found, or what is wrong and how to mend it. */
  detail: string;
}

/** Tries what the app needs, with the settings that are saved: the server with each token, and the data source. */
export async function testConnection(datasourceUid: string): Promise<Check[]> {
  const checks = [check(t('test.viewer', 'Reading from the server'), reads)];
  if (isAdmin()) checks.push(check(t('test.admin', 'Changing the role on the server'), changes));
  checks.push(check(t('test.source', 'Asking ClickHouse'), () => asks(datasourceUid)));
  return Promise.all(checks);
}

async function check(what: string, attempt: () => Promise<string>): Promise<Check> {
  try {
    return { what, ok: true, detail: await attempt() };
  } catch (error) {
    return { what, ok: false, detail: adviceOn(error as Error) };
  }
}

async function reads(): Promise<string> {
  const { server } = await getStatus();
  return t('test.server', '{{name}} of site {{site}}, version {{version}}', {
    name: server.name,
    site: server.siteCode,
    version: server.version,
  });
}

/** Validating changes nothing, and is allowed to administrators only. */
async function changes(): Promise<string> {
  await asAdmin('roles/validate', {
    method: 'POST',
    data: {
      serverName: 'TEST',
      siteCode: '',
      intranetFqdn: '',
      internetFqdn: '',
      internetClients: false,
      installationAccount: null,
      messageCount: throttleLimits.messageCount.default,
      throttleIntervalSeconds: throttleLimits.throttleIntervalSeconds.default,
      throttleReserve: throttleLimits.throttleReserve.default,
      otherRoles: [],
    },
  });
  return t('test.admin-ok', 'The admin token is accepted');
}

async function asks(datasourceUid: string): Promise<string> {
  const rows = rowsOf<{ messages: number }>(
    await runSql({ sql: 'SELECT count() AS messages FROM state_messages' }, getDefaultTimeRange(), datasourceUid),
  );
  const messages = rows[0]?.messages ?? 0;
  return t('test.source-ok', '{{messages}} messages are stored', {
    count: messages,
    defaultValue_one: '{{messages}} message is stored',
    messages: count(messages),
  });
}

function adviceOn(error: Error): string {
  if (error instanceof NoDataSource)
    return t('test.no-source', 'Add a data source of type ClickHouse, and choose it here');
  if (!(error instanceof ApiError))
    return t('test.query', '{{message}} – check that the data source’s default database is the server’s (fsp)', {
      message: error.message,
      interpolation: { escapeValue: false },
    });
  const { status, message } = error;
  if (status === 401)
    return t(
      'test.401',
      'The server refused the token: enter the one of its tokens.json (or FSP_VIEWER_TOKEN, FSP_ADMIN_TOKEN), and save',
    );
  if (status === 403) return t('test.403', 'The token may only read: enter the admin token, and save');
  if (status === 404)
    return t('test.404', 'Something answers, but it is no fallback status point of ours: check the URL');
  if (status === 0 || status === 502 || status === 504)
    return t(
      'test.unreachable',
      'Nothing answers there ({{message}}): check the URL, that the server runs, and that FSP_MANAGEMENT_HOST lets Grafana reach it',
      { message, interpolation: { escapeValue: false } },
    );
  return `${status}: ${message}`;
}
