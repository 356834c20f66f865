import { useState } from 'react';
import { t } from '@grafana/i18n';
import { Button, Stack, Text } from '@grafana/ui';
import { collectEnabled, leaveFor, type Leave } from '../api/collect.js';
import { CopyLine } from '../components/CopyLine.js';
import { moment } from '../components/format.js';
import { Failed } from '../components/QueryState.js';
import { useLoaded } from '../queries/use-loaded.js';
import { DropLogs } from '../setup-logs/DropLogs.js';

/** How the logs of a machine get here: dropped, or brought by the machine itself with one line. For administrators. */
export function Collect({ name, onTaken }: { name: string; onTaken(): void }) {
  const enabled = useLoaded(collectEnabled);
  const [leave, setLeave] = useState<Leave>();
  const [failure, setFailure] = useState<Error>();
  const ask = async () => {
    setFailure(undefined);
    try {
      setLeave(await leaveFor(name));
    } catch (error) {
      setFailure(error as Error);
    }
  };
  return (
    <Stack direction="column" gap={1}>
      <DropLogs
        id="collect-drop"
        host={name}
        label={t('collect.drop-label', 'Logs of this machine')}
        hint={t('collect.drop', 'Drop ccmsetup.log, client.msi.log and other logs of {{name}} here', {
          name,
          interpolation: { escapeValue: false },
        })}
        onTaken={onTaken}
      />
      {enabled.value === false && (
        <Text color="secondary">
          {t(
            'collect.off',
            'The machine itself could bring them with one line of PowerShell: an administrator of the server turns that on with FSP_COLLECT_LOGS=on.',
          )}
        </Text>
      )}
      {enabled.value === true && (
        <div>
          <Button
            variant="secondary"
            icon="import"
            onClick={() => {
              void ask();
            }}
          >
            {t('collect.line', 'Get the line that brings them')}
          </Button>
        </div>
      )}
      {leave !== undefined && (
        <>
          <CopyLine
            label={t(
              'collect.run',
              'To be run on {{name}} as an administrator, in Windows PowerShell, until {{until}}',
              {
                name: leave.machine,
                until: moment(leave.expiresAt),
                interpolation: { escapeValue: false },
              },
            )}
            text={leave.command}
          />
          <div>
            <Button size="sm" variant="secondary" icon="sync" onClick={onTaken}>
              {t('collect.look', 'Look whether they came')}
            </Button>
          </div>
        </>
      )}
      {failure !== undefined && <Failed error={failure} />}
    </Stack>
  );
}
