import { AppEvents } from '@grafana/data';
import { t } from '@grafana/i18n';
import { getAppEvents, locationService, PluginPage } from '@grafana/runtime';
import { Alert } from '@grafana/ui';
import { useParams } from 'react-router';
import { isAdmin } from '../app/viewer.js';
import { QueryState } from '../components/QueryState.js';
import { appPath } from '../constants.js';
import { RoleWizard } from '../roles/RoleWizard.js';
import { useServers } from '../roles/use-servers.js';

/** The two wizards that create the role: on a new site system server, or on one that is known. */
export default function RoleWizardPage() {
  const { kind } = useParams();
  const wizard = kind === 'role' ? 'role' : 'server';
  const servers = useServers();
  return (
    <PluginPage
      pageNav={{
        text:
          wizard === 'role' ? t('wizard.new-role', 'New site role') : t('wizard.new-server', 'New site system server'),
        parentItem: { text: t('roles.title', 'Role configuration'), url: `${appPath}/roles` },
      }}
    >
      {isAdmin() ? (
        <QueryState of={servers}>
          {(list) => (
            <RoleWizard
              kind={wizard}
              servers={list.filter(({ role }) => role === undefined).map(({ server }) => server)}
              onCancel={() => {
                locationService.push(`${appPath}/roles`);
              }}
              onCreated={({ server }) => {
                getAppEvents().publish({
                  type: AppEvents.alertSuccess.name,
                  payload: [t('wizard.created', '{{server}} is a fallback status point now', { server })],
                });
                // Where Microsoft's procedure ends.
                locationService.push(`${appPath}/roles/${server}?tab=verification`);
              }}
            />
          )}
        </QueryState>
      ) : (
        <Alert bottomSpacing={0} severity="info" title={t('failed.forbidden', 'Only administrators may do this')} />
      )}
    </PluginPage>
  );
}
