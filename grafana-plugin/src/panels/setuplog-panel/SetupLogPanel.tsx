import { useMemo } from 'react';
import { LoadingState, type PanelProps } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Alert, EmptyState, LoadingPlaceholder } from '@grafana/ui';
import { LogView, type LogViewOptions } from '../../log-view/LogView.js';
import { recordsOf } from '../../log-view/records.js';

/** CMTrace in Grafana: the log of whatever data source the panel asks. */
export default function SetupLogPanel({ data, height, options }: PanelProps<LogViewOptions>) {
  const { series, state, errors } = data;
  const records = useMemo(() => recordsOf(series), [series]);
  if (state === LoadingState.Error)
    return (
      <Alert bottomSpacing={0} severity="error" title={t('failed.query', 'The query failed')}>
        {errors?.[0]?.message ?? ''}
      </Alert>
    );
  if (records.length === 0 && state === LoadingState.Loading)
    return <LoadingPlaceholder text={t('app.loading', 'Loading…')} />;
  if (records.length === 0)
    return (
      <EmptyState
        variant="not-found"
        message={
          series.length === 0
            ? t('log.no-data', 'The query gave no data')
            : t('log.no-text', 'No log records: a field of text is needed, and a time')
        }
      >
        {t(
          'log.columns',
          'Columns that are understood: a time; message or body; severity or level; component; thread; line_number',
        )}
      </EmptyState>
    );
  return <LogView records={records} height={height} options={options} />;
}
