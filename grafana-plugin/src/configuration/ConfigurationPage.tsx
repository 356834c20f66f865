import { useMemo, useState } from 'react';
import type { PluginConfigPageProps } from '@grafana/data';
import { t } from '@grafana/i18n';
import { getBackendSrv, getDataSourceSrv } from '@grafana/runtime';
import { Alert, Button, Combobox, Field, FieldSet, Input, SecretInput, Stack } from '@grafana/ui';
import { lastValueFrom } from 'rxjs';
import { isAdmin } from '../app/viewer.js';
import { dataSourceType, pluginId } from '../constants.js';
import { Failed } from '../components/QueryState.js';
import type { AppMeta } from './settings.js';
import { testConnection, type Check } from './test-connection.js';

/** The app's configuration: where the server is, its tokens (written, never read), and which data source is asked. */
export default function ConfigurationPage({ plugin }: PluginConfigPageProps<AppMeta>) {
  const { enabled, pinned, jsonData, secureJsonFields } = plugin.meta;
  const [apiUrl, setApiUrl] = useState(jsonData?.apiUrl ?? '');
  const [datasourceUid, setDatasourceUid] = useState(jsonData?.datasourceUid ?? '');
  const [tokens, setTokens] = useState({ viewerToken: '', adminToken: '' });
  const [kept, setKept] = useState({
    viewerToken: secureJsonFields?.viewerToken ?? false,
    adminToken: secureJsonFields?.adminToken ?? false,
  });
  const [failure, setFailure] = useState<Error>();
  const [saved, setSaved] = useState(false);
  const [checks, setChecks] = useState<Check[]>();
  const [busy, setBusy] = useState(false);
  const sources = useMemo(() => getDataSourceSrv().getList({ type: dataSourceType }), []);
  const urlIsWrong = apiUrl !== '' && !/^https?:\/\/[^\s/]+/.test(apiUrl);

  const save = async () => {
    setBusy(true);
    setFailure(undefined);
    setSaved(false);
    setChecks(undefined);
    // Only what was typed is sent: what is not sent stays as it is.
    const secureJsonData = Object.fromEntries(Object.entries(tokens).filter(([, value]) => value !== ''));
    try {
      await lastValueFrom(
        getBackendSrv().fetch({
          url: `/api/plugins/${pluginId}/settings`,
          method: 'POST',
          showErrorAlert: false,
          data: {
            enabled,
            pinned,
            jsonData: { ...jsonData, apiUrl: apiUrl.replace(/\/+$/, ''), datasourceUid },
            secureJsonData,
          },
        }),
      );
      setKept((before) => ({
        viewerToken: before.viewerToken || tokens.viewerToken !== '',
        adminToken: before.adminToken || tokens.adminToken !== '',
      }));
      setTokens({ viewerToken: '', adminToken: '' });
      setSaved(true);
    } catch (error) {
      const { data, statusText } = error as { data?: { title?: string; message?: string }; statusText?: string };
      setFailure(new Error(data?.title ?? data?.message ?? statusText ?? String(error)));
    }
    setBusy(false);
  };
  const test = async () => {
    setBusy(true);
    setChecks(await testConnection(datasourceUid));
    setBusy(false);
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!urlIsWrong) void save();
      }}
      style={{ maxWidth: 640 }}
    >
      <FieldSet label={t('config.server', 'Server')} disabled={!isAdmin()}>
        <Stack direction="column" gap={2}>
          <Field
            label={t('config.url', 'Management URL')}
            description={t(
              'config.url-description',
              'As Grafana’s back end reaches it; FSP_MANAGEMENT_HOST and FSP_MANAGEMENT_PORT of the server',
            )}
            htmlFor="config-url"
            invalid={urlIsWrong}
            error={t('config.url-wrong', 'Write it as http://server:8081')}
            noMargin
          >
            <Input
              id="config-url"
              value={apiUrl}
              placeholder="http://fsp01.contoso.com:8081"
              onChange={(event) => {
                setApiUrl(event.currentTarget.value.trim());
              }}
            />
          </Field>
          {(['viewerToken', 'adminToken'] as const).map((name) => (
            <Field
              key={name}
              label={
                name === 'viewerToken'
                  ? t('config.viewer-token', 'Viewer token')
                  : t('config.admin-token', 'Admin token')
              }
              description={
                name === 'viewerToken'
                  ? t('config.viewer-token-description', 'Used for everybody who reads')
                  : t('config.admin-token-description', 'Used for administrators of Grafana who change the role')
              }
              htmlFor={`config-${name}`}
              noMargin
            >
              <SecretInput
                id={`config-${name}`}
                isConfigured={kept[name]}
                value={tokens[name]}
                autoComplete="off"
                onChange={(event) => {
                  setTokens({ ...tokens, [name]: event.currentTarget.value.trim() });
                }}
                onReset={() => {
                  setKept({ ...kept, [name]: false });
                }}
              />
            </Field>
          ))}
        </Stack>
      </FieldSet>
      <FieldSet label={t('config.data', 'Data')} disabled={!isAdmin()}>
        <Field
          label={t('config.source', 'ClickHouse data source')}
          description={t(
            'config.source-description',
            'Pages ask it with the rights of the user who looks; empty takes the first one',
          )}
          htmlFor="config-source"
          noMargin
        >
          <Combobox
            id="config-source"
            isClearable
            placeholder={
              sources.length === 0
                ? t('config.no-source', 'There is none yet')
                : t('config.first-source', 'The first one')
            }
            value={sources.some(({ uid }) => uid === datasourceUid) ? datasourceUid : null}
            options={sources.map(({ uid, name }) => ({ value: uid, label: name }))}
            onChange={(choice) => {
              setDatasourceUid(choice?.value ?? '');
            }}
          />
        </Field>
      </FieldSet>
      <Stack gap={1}>
        <Button type="submit" disabled={busy || urlIsWrong || !isAdmin()}>
          {t('config.save', 'Save')}
        </Button>
        <Button type="button" variant="secondary" disabled={busy} onClick={() => void test()}>
          {t('config.test', 'Test connection')}
        </Button>
      </Stack>
      <div role="status" style={{ marginTop: 16 }}>
        {failure !== undefined && <Failed error={failure} />}
        {saved && (
          <Alert
            bottomSpacing={0}
            severity="success"
            title={t('config.saved', 'Saved. Test connection shows whether it works.')}
          />
        )}
        {checks?.map(({ what, ok, detail }) => (
          <Alert bottomSpacing={0} key={what} severity={ok ? 'success' : 'error'} title={what}>
            {detail}
          </Alert>
        ))}
      </div>
    </form>
  );
}
