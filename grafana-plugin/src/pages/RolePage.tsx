import { useCallback, useEffect, useState } from 'react';
import { t } from '@grafana/i18n';
import { locationService, PluginPage } from '@grafana/runtime';
import { Alert, EmptyState, LinkButton, Stack, Tab, TabContent, TabsBar, Text } from '@grafana/ui';
import { useParams } from 'react-router';
import { ApiError } from '../api/http.js';
import { getHistory, getRole, type Role } from '../api/roles.js';
import { useUrlParam } from '../app/url-state.js';
import { isAdmin } from '../app/viewer.js';
import { moment } from '../components/format.js';
import { QueryState } from '../components/QueryState.js';
import { appPath } from '../constants.js';
import { useLoaded } from '../queries/use-loaded.js';
import { FromMemory } from '../roles/FromMemory.js';
import { RemoveRole } from '../roles/RemoveRole.js';
import { RoleEditor } from '../roles/RoleEditor.js';
import { HistoryTable, RoleHistory } from '../roles/RoleHistory.js';
import { RoleVerification } from '../roles/RoleVerification.js';
import { StateBadge } from '../roles/RoleState.js';
import { Commands, Findings } from '../roles/Summary.js';
import { useServers } from '../roles/use-servers.js';

const tabs = ['general', 'selection', 'throttle', 'commands', 'verification', 'history', 'remove'] as const;
const everyMs = 10_000;
type RoleTab = (typeof tabs)[number];

/** The properties of one role. */
export default function RolePage() {
  const { server = '' } = useParams();
  // Again and again: what the receiver remembered is what ClickHouse has once that is back.
  const role = useLoaded(
    useCallback(() => getRole(server), [server]),
    everyMs,
  );
  const { error } = role;
  // Also while it is looked at: somebody else may remove it.
  const isNone = error instanceof ApiError && error.code === 'FSP_ROLE_NOT_FOUND';
  return (
    <PluginPage
      pageNav={{ text: server, parentItem: { text: t('roles.title', 'Role configuration'), url: `${appPath}/roles` } }}
    >
      {isNone ? (
        <Absent server={server} />
      ) : (
        <QueryState of={role}>{(loaded) => <Properties key={loaded.server} loaded={loaded} />}</QueryState>
      )}
    </PluginPage>
  );
}

/** What is left of a role that was removed: its history says by whom, and when. */
function Absent({ server }: { server: string }) {
  const history = useLoaded(useCallback(() => getHistory(server), [server]));
  const wasThere = (history.value ?? []).length > 0;
  return (
    <Stack direction="column" gap={2}>
      <EmptyState
        variant="not-found"
        message={t('role.absent', '{{server}} holds no fallback status point: it was removed, or never added', {
          server,
          interpolation: { escapeValue: false },
        })}
        button={
          <LinkButton variant="secondary" href={`${appPath}/roles`}>
            {t('role.others', 'Servers that hold one')}
          </LinkButton>
        }
      />
      {wasThere && <HistoryTable of={history} />}
    </Stack>
  );
}

function Properties({ loaded }: { loaded: Role }) {
  const [own, setOwn] = useState(loaded);
  // What was saved here may not be what is loaded yet, and what others saved comes with what is loaded.
  const role = own.version > loaded.version ? own : loaded;
  const [tabParam, setTab] = useUrlParam('tab');
  const [saved, setSaved] = useState(false);
  const servers = useServers();
  const system = servers.value?.find((one) => one.server === role.server);
  const tab: RoleTab = tabs.find((one) => one === tabParam) ?? 'general';
  const readOnly = !isAdmin();
  useEffect(() => {
    if (!saved) return undefined;
    const timer = setTimeout(() => {
      setSaved(false);
    }, 6_000);
    return () => {
      clearTimeout(timer);
    };
  }, [saved]);
  const isEditor = tab === 'general' || tab === 'selection' || tab === 'throttle';
  return (
    <Stack direction="column" gap={2}>
      <Stack alignItems="center" gap={2} wrap="wrap">
        {system !== undefined && <StateBadge state={system.state} />}
        <Text color="secondary">
          {t('role.stamp', 'Version {{version}}, changed {{when}} by {{who}}', {
            version: role.version,
            when: moment(Date.parse(role.changedAt)),
            who: role.changedBy,
            interpolation: { escapeValue: false },
          })}
        </Text>
      </Stack>
      <FromMemory remembered={loaded.remembered} />
      {readOnly && (
        <Alert
          bottomSpacing={0}
          severity="info"
          title={t('role.read-only', 'You may look; changes need an administrator')}
        />
      )}
      {saved && <Alert bottomSpacing={0} severity="success" title={t('role.saved', 'Saved; in force at once')} />}
      {!isEditor && <Findings findings={role.warnings} />}
      <TabsBar>
        {tabs
          .filter((one) => !readOnly || (one !== 'remove' && one !== 'verification'))
          .map((one) => (
            <Tab
              key={one}
              label={tabTitle(one)}
              active={one === tab}
              onChangeTab={() => {
                setTab(one);
              }}
            />
          ))}
      </TabsBar>
      <TabContent>
        <div style={{ maxWidth: 900, paddingTop: 16 }}>
          <div hidden={!isEditor}>
            <RoleEditor
              role={role}
              tab={isEditor ? tab : 'general'}
              readOnly={readOnly}
              onSaved={(changed) => {
                setOwn(changed);
                setSaved(true);
              }}
            />
          </div>
          {tab === 'commands' && <Commands commands={role.commands} />}
          {tab === 'verification' && <RoleVerification role={role} />}
          {tab === 'history' && <RoleHistory key={role.version} server={role.server} />}
          {tab === 'remove' && (
            <RemoveRole
              role={role}
              waiting={system?.waiting ?? null}
              onRemoved={() => {
                locationService.push(`${appPath}/roles`);
              }}
            />
          )}
        </div>
      </TabContent>
    </Stack>
  );
}

function tabTitle(tab: RoleTab): string {
  switch (tab) {
    case 'verification':
      return t('verify.title', 'Verification');
    case 'general':
      return t('wizard.general', 'General');
    case 'selection':
      return t('wizard.selection', 'System role selection');
    case 'throttle':
      return t('wizard.throttle', 'Fallback status point');
    case 'commands':
      return t('role.commands', 'Commands');
    case 'history':
      return t('role.history', 'History');
    case 'remove':
      return t('role.remove', 'Removal');
  }
}
