import { useMemo } from 'react';
import { LoadingState, type PanelProps } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Alert, EmptyState, LoadingPlaceholder } from '@grafana/ui';
import { LogView } from '../../log-view/LogView.js';
import type { LogViewOptions } from '../../log-view/options.js';
import { sourceOf } from '../../log-view/records.js';

/** CMTrace in Grafana: the log of whatever data source the panel asks. */
export default function SetupLogPanel({ data, height, options }: PanelProps<LogViewOptions>) {
  const { series, state, errors } = data;
  const source = useMemo(() => sourceOf(series), [series]);
  if (state === LoadingState.Error)
    return (
      <Alert bottomSpacing={0} severity="error" title={t('failed.query', 'The query failed')}>
        {errors?.[0]?.message ?? ''}
      </Alert>
    );
  if (source === null && state === LoadingState.Loading)
    return <LoadingPlaceholder text={t('app.loading', 'Loading…')} />;
  if (source === null)
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
  return <LogView source={source} height={height} options={options} />;
}
