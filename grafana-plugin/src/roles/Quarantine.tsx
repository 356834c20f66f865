import { useMemo, useState } from 'react';
import { t } from '@grafana/i18n';
import { Alert, Button, InteractiveTable, Stack, type CellProps, type Column } from '@grafana/ui';
import { dropEntries, getQuarantine, retryEntries, type QuarantinedEntry } from '../api/quarantine.js';
import { isAdmin } from '../app/viewer.js';
import { count, moment } from '../components/format.js';
import { useLoaded } from '../queries/use-loaded.js';
import { Question } from '../components/Question.js';
import { Refused } from './RoleWizard.js';

/** Entries that a destination refuses for good; nothing where there are none. Administrators send them again or drop them. */
export function Quarantine() {
  const { value: entries, reload } = useLoaded(getQuarantine, 30_000);
  const [asking, setAsking] = useState(false);
  const [working, setWorking] = useState(false);
  const [outcome, setOutcome] = useState<Error | string>();
  const columns = useMemo<Column<QuarantinedEntry>[]>(
    () => [
      {
        id: 'at',
        header: t('quarantine.when', 'Since'),
        cell: ({ row: { original } }: CellProps<QuarantinedEntry>) => (
          <span style={{ whiteSpace: 'nowrap' }}>{moment(original.at)}</span>
        ),
      },
      {
        id: 'reason',
        header: t('quarantine.reason', 'Why'),
        cell: ({ row: { original } }: CellProps<QuarantinedEntry>) =>
          original.code === '' ? original.reason : `${original.code}: ${original.reason}`,
      },
      {
        id: 'kind',
        header: t('quarantine.kind', 'Kind'),
        cell: ({ row: { original } }: CellProps<QuarantinedEntry>) => (
          <span style={{ whiteSpace: 'nowrap' }}>{kindText(original.kind)}</span>
        ),
      },
      { id: 'sink', header: t('quarantine.sink', 'Destination') },
    ],
    [],
  );
  const told =
    outcome instanceof Error ? (
      <Refused error={outcome} />
    ) : (
      outcome !== undefined && <span role="status">{outcome}</span>
    );
  if (entries === undefined || entries.length === 0) return told || null;
  const ids = entries.map(({ id }) => id);
  const work = async (what: () => Promise<string>) => {
    setWorking(true);
    try {
      setOutcome(await what());
    } catch (error) {
      setOutcome(error as Error);
    }
    setWorking(false);
    reload();
  };
  const retry = () =>
    work(async () => {
      const results = await retryEntries(ids);
      const delivered = results.filter((one) => one.delivered).length;
      return t('quarantine.retried', '{{delivered}} delivered, {{refused}} refused again', {
        delivered: count(delivered),
        refused: count(results.length - delivered),
      });
    });
  const drop = () =>
    work(async () => {
      setAsking(false);
      await dropEntries(ids);
      return t('quarantine.dropped', '{{entries}} dropped', { entries: count(ids.length) });
    });
  return (
    <Stack direction="column" gap={1}>
      <Alert
        bottomSpacing={0}
        severity="warning"
        title={t('quarantine.title', 'In quarantine: {{entries}}', { entries: count(entries.length) })}
      >
        {t(
          'quarantine.detail',
          'A destination refuses these for what they are; everything else goes on. Their content is kept: fsp quarantine list --json shows it.',
        )}
      </Alert>
      <InteractiveTable columns={columns} data={entries} getRowId={({ id }) => id} pageSize={10} />
      {told}
      {isAdmin() && (
        <Stack gap={1}>
          <Button icon="sync" variant="secondary" disabled={working} onClick={() => void retry()}>
            {t('quarantine.retry', 'Send again')}
          </Button>
          <Button
            icon="trash-alt"
            variant="destructive"
            disabled={working}
            onClick={() => {
              setAsking(true);
            }}
          >
            {t('quarantine.drop', 'Drop')}
          </Button>
        </Stack>
      )}
      <Question
        isOpen={asking}
        title={t('quarantine.drop-title', 'Drop what is in quarantine?')}
        body={t('quarantine.drop-body', '{{entries}} entries and their content are gone for good.', {
          count: entries.length,
          defaultValue_one: '{{entries}} entry and its content are gone for good.',
          entries: count(entries.length),
        })}
        confirmText={t('quarantine.drop', 'Drop')}
        dismissText={t('app.cancel', 'Cancel')}
        onConfirm={() => void drop()}
        onDismiss={() => {
          setAsking(false);
        }}
      />
    </Stack>
  );
}

function kindText(kind: string): string {
  switch (kind) {
    case 'state_message':
      return t('quarantine.state-message', 'State message');
    case 'rejected_message':
      return t('quarantine.rejected-message', 'Rejected message');
    case 'throttle_window':
      return t('quarantine.throttle-window', 'Figures of the throttle');
    case 'receiver_status':
      return t('quarantine.receiver-status', 'Sign of life of a receiver');
    case 'setup_log_record':
      return t('quarantine.setup-log-record', 'Line of a set-up log');
    case 'setup_run':
      return t('quarantine.setup-run', 'Run of a set-up');
    default:
      return kind;
  }
}
