import { useEffect, useState } from 'react';
import { LoadingState, type DataFrame, type DataQueryResponse, type TimeRange } from '@grafana/data';
import { PanelRenderer } from '@grafana/runtime';
import { PanelChrome, TextLink } from '@grafana/ui';
import { ask, type Panel } from './dashboard.js';
import { interpolate, type Interpolation } from './templates.js';

interface Props {
  panel: Panel;
  range: TimeRange;
  scope: Interpolation;
  annotations: DataFrame[];
  width: number;
  height: number;
}

/** A panel with the answer to its query; the last one stays until there is a newer one. */
export function DashboardPanel({ panel, range, scope, annotations, width, height }: Props) {
  const [answer, setAnswer] = useState<{ target: unknown; range: TimeRange; of: DataQueryResponse }>();
  const target = panel.targets?.[0];
  const { variables } = scope;
  useEffect(() => {
    if (target === undefined) return undefined;
    let dropped = false;
    void ask(target, range, variables).then((of) => {
      if (!dropped) setAnswer({ target, range, of });
    });
    return () => {
      dropped = true;
    };
  }, [target, range, variables]);
  const waiting = target !== undefined && answer?.range !== range;
  const links = panel.links ?? [];
  return (
    <PanelChrome
      title={interpolate(panel.title, scope)}
      description={panel.description}
      width={width}
      height={height}
      loadingState={waiting ? LoadingState.Loading : LoadingState.Done}
      statusMessage={answer?.of.errors?.[0]?.message}
      titleItems={links.map(({ title, url }) => (
        <TextLink key={title} href={interpolate(url, scope)} variant="bodySmall">
          {interpolate(title, scope)}
        </TextLink>
      ))}
    >
      {(innerWidth, innerHeight) =>
        // Until the first answer there is nothing to say, least of all that there is no data.
        target !== undefined && answer === undefined ? null : (
          <PanelRenderer
            title=""
            pluginId={panel.type}
            width={innerWidth}
            height={innerHeight}
            options={panel.options}
            fieldConfig={{ defaults: panel.fieldConfig?.defaults ?? {}, overrides: panel.fieldConfig?.overrides ?? [] }}
            data={{
              state: waiting ? LoadingState.Loading : LoadingState.Done,
              series: (answer?.of.data ?? []) as DataFrame[],
              annotations,
              timeRange: range,
            }}
          />
        )
      }
    </PanelChrome>
  );
}
