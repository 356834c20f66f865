import { t } from '@grafana/i18n';
import { PluginPage } from '@grafana/runtime';
import { Alert, LinkButton, Stack } from '@grafana/ui';
import { isAdmin } from '../app/viewer.js';
import { QueryState } from '../components/QueryState.js';
import { appPath } from '../constants.js';
import { Destinations } from '../roles/Destinations.js';
import { FromMemory } from '../roles/FromMemory.js';
import { Quarantine } from '../roles/Quarantine.js';
import { ServerTable } from '../roles/ServerTable.js';
import { useServers } from '../roles/use-servers.js';

/** Site systems and their roles; the way into the wizards. */
export default function RolesPage() {
  const servers = useServers();
  return (
    <PluginPage
      pageNav={{ text: t('roles.title', 'Role configuration') }}
      subTitle={t('roles.subtitle', 'Site systems, and the fallback status points on them')}
      actions={
        isAdmin() && (
          <>
            <LinkButton icon="plus" href={`${appPath}/roles/new/server`}>
              {t('wizard.new-server', 'New site system server')}
            </LinkButton>
            <LinkButton icon="plus" variant="secondary" href={`${appPath}/roles/new/role`}>
              {t('wizard.new-role', 'New site role')}
            </LinkButton>
          </>
        )
      }
    >
      <QueryState of={servers}>
        {(list) => (
          <Stack direction="column" gap={2}>
            <FromMemory remembered={servers.remembered} />
            {list.every(({ role }) => role === undefined) && (
              <Alert bottomSpacing={0} severity="info" title={t('roles.none', 'No server holds the role yet')}>
                {t(
                  'roles.none-detail',
                  'Messages are taken all the same, with the throttle that the server was started with. Create the role to set it here.',
                )}
              </Alert>
            )}
            <ServerTable servers={list} />
            <Destinations />
            <Quarantine />
          </Stack>
        )}
      </QueryState>
    </PluginPage>
  );
}
