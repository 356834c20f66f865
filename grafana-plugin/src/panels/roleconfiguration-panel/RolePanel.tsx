import { useCallback, useState } from 'react';
import { css } from '@emotion/css';
import type { PanelProps } from '@grafana/data';
import { t } from '@grafana/i18n';
import { LinkButton, RadioButtonGroup, ScrollContainer, Stack, Text } from '@grafana/ui';
import { getRole, type Role } from '../../api/roles.js';
import { isAdmin } from '../../app/viewer.js';
import { ago, count } from '../../components/format.js';
import { QueryState } from '../../components/QueryState.js';
import { appPath } from '../../constants.js';
import { useLoaded } from '../../queries/use-loaded.js';
import { Destinations } from '../../roles/Destinations.js';
import { RoleEditor, type EditorTab } from '../../roles/RoleEditor.js';
import { StateBadge } from '../../roles/RoleState.js';
import { ServerTable } from '../../roles/ServerTable.js';
import { useServers } from '../../roles/use-servers.js';

export interface RolePanelOptions {
  /** Short name of one server; empty for all. */
  server: string;
  allowEditing: boolean;
}

/** The role on any dashboard: all servers, or one with its properties. */
export default function RolePanel({ options, height, replaceVariables }: PanelProps<RolePanelOptions>) {
  const server = replaceVariables(options.server ?? '')
    .trim()
    .toUpperCase();
  return (
    <div className={css({ height })}>
      <ScrollContainer>
        {server === '' ? <AllServers /> : <OneServer server={server} allowEditing={options.allowEditing} />}
      </ScrollContainer>
    </div>
  );
}

function AllServers() {
  const servers = useServers();
  return (
    <QueryState of={servers} empty={t('roles.none', 'No server holds the role yet')}>
      {(list) => (
        <Stack direction="column" gap={1}>
          <ServerTable servers={list} />
          <Destinations />
          {isAdmin() && (
            <div>
              <LinkButton size="sm" variant="secondary" icon="plus" href={`${appPath}/roles/new/server`}>
                {t('wizard.new-server', 'New site system server')}
              </LinkButton>
            </div>
          )}
        </Stack>
      )}
    </QueryState>
  );
}

function OneServer({ server, allowEditing }: { server: string; allowEditing: boolean }) {
  const role = useLoaded(useCallback(() => getRole(server), [server]));
  const servers = useServers();
  const system = servers.value?.find((one) => one.server === server);
  return (
    <QueryState of={role}>
      {(loaded) => (
        <Stack direction="column" gap={2}>
          <Stack alignItems="center" gap={2} wrap="wrap">
            {system !== undefined && <StateBadge state={system.state} />}
            {system?.waiting != null && (
              <Text>{t('panel.waiting', '{{waiting}} waiting', { waiting: count(system.waiting) })}</Text>
            )}
            <Text color="secondary">{t('panel.last', 'last message {{ago}}', { ago: ago(system?.lastMessage) })}</Text>
          </Stack>
          <Editor loaded={loaded} readOnly={!allowEditing || !isAdmin()} />
        </Stack>
      )}
    </QueryState>
  );
}

function Editor({ loaded, readOnly }: { loaded: Role; readOnly: boolean }) {
  const [tab, setTab] = useState<EditorTab>('throttle');
  return (
    <>
      <RadioButtonGroup
        size="sm"
        aria-label={t('panel.part', 'Part of the role')}
        value={tab}
        onChange={setTab}
        options={[
          { value: 'throttle' as const, label: t('wizard.throttle', 'Fallback status point') },
          { value: 'general' as const, label: t('wizard.general', 'General') },
          { value: 'selection' as const, label: t('wizard.selection', 'System role selection') },
        ]}
      />
      <RoleEditor role={loaded} tab={tab} readOnly={readOnly} onSaved={() => undefined} />
    </>
  );
}
