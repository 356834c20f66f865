import { t } from '@grafana/i18n';
import { Stack } from '@grafana/ui';
import { CopyLine } from '../components/CopyLine.js';
import type { Client } from '../queries/clients.js';
import { ccmsetupCommand, logPaths, retryCommands } from './commands.js';
import { useProperties } from './use-properties.js';

/** What one does about a machine: install again, and read its logs. */
export function Retry({ client }: { client: Client }) {
  const properties = useProperties()(client);
  const [remote = ''] = retryCommands([{ name: client.client_name, properties }]);
  return (
    <Stack direction="column" gap={1}>
      <CopyLine label={t('retry.local', 'Install again, on the machine')} text={ccmsetupCommand(properties)} />
      <CopyLine label={t('retry.remote', 'Install again, from here by PowerShell')} text={remote} />
      {logPaths(client.client_name).map((path) => (
        <CopyLine key={path} label={path.split('\\').at(-1) ?? path} text={path} />
      ))}
    </Stack>
  );
}
