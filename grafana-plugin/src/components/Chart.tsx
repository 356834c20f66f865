import { LoadingState, type DataFrame, type FieldConfigSource, type TimeRange } from '@grafana/data';
import { t } from '@grafana/i18n';
import { PanelRenderer } from '@grafana/runtime';
import { PanelChrome } from '@grafana/ui';
import { useMeasure } from 'react-use';
import type { Loaded } from '../queries/use-loaded.js';

interface Props {
  title: string;
  description?: string;
  frames: Loaded<DataFrame[]>;
  range: TimeRange;
  fieldConfig?: FieldConfigSource;
  options?: object;
  pluginId?: string;
  height?: number;
}

/** One of Grafana's own visualizations over frames. */
export function Chart({
  title,
  description,
  frames,
  range,
  fieldConfig,
  options,
  pluginId = 'timeseries',
  height = 280,
}: Props) {
  const [ref, { width }] = useMeasure<HTMLDivElement>();
  const { value = [], error, loading, late = false } = frames;
  return (
    <div ref={ref}>
      {width > 0 && (
        <PanelChrome
          title={title}
          description={description}
          width={width}
          height={height}
          loadingState={loading ? LoadingState.Loading : LoadingState.Done}
          statusMessage={
            error !== undefined
              ? `${t('failed.query', 'The query failed')}: ${error.message}`
              : late
                ? t('stale.late', 'No answer for several seconds; it is still waited for.')
                : undefined
          }
        >
          {(innerWidth, innerHeight) => (
            <PanelRenderer
              title=""
              pluginId={pluginId}
              width={innerWidth}
              height={innerHeight}
              data={{ state: LoadingState.Done, series: value, timeRange: range }}
              options={options}
              fieldConfig={fieldConfig ?? { defaults: {}, overrides: [] }}
            />
          )}
        </PanelChrome>
      )}
    </div>
  );
}
