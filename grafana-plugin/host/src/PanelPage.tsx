import { useEffect, useState } from 'react';
import {
  createDataFrame,
  FieldType,
  getDefaultTimeRange,
  LoadingState,
  type DataFrame,
  type PanelData,
} from '@grafana/data';
import { PanelRenderer, PluginPage } from '@grafana/runtime';
import { PanelChrome } from '@grafana/ui';
import { useMeasure } from 'react-use';
import { useLocation, useParams } from '@react-router-compat';
import { backendSrv } from './backend-srv.js';
import { say } from './texts.js';
import { framesOf } from './clickhouse-stand-in.js';

/**
 * One nested panel as on a dashboard: `?sql=` gives it data of ClickHouse, `?rows=` made-up log records of that number,
 * `?options=` its options as JSON.
 */
export function PanelPage() {
  const { id = '' } = useParams();
  const { search } = useLocation();
  const [frames, setFrames] = useState<DataFrame[] | null>(null);
  const [error, setError] = useState('');
  const [room, { width: roomWidth }] = useMeasure<HTMLDivElement>();
  const params = new URLSearchParams(search);
  useEffect(() => {
    const wanted = new URLSearchParams(search);
    const sql = wanted.get('sql');
    if (sql === null) setFrames(wanted.has('rows') ? [madeUpLog(Number(wanted.get('rows')))] : []);
    else
      backendSrv.post('/api/ds/query', { sql }).then(
        (answer) => {
          setFrames(framesOf(answer as never, { refId: 'A', rawSql: sql, format: 2 }));
        },
        (failure: unknown) => {
          setFrames([]);
          setError((failure as { data?: { title?: string } }).data?.title ?? 'failed');
        },
      );
  }, [search]);
  const data: PanelData = {
    state: frames === null ? LoadingState.Loading : error === '' ? LoadingState.Done : LoadingState.Error,
    series: frames ?? [],
    timeRange: getDefaultTimeRange(),
    ...(error === '' ? {} : { errors: [{ message: error }] }),
  };
  return (
    <PluginPage pageNav={{ text: say('A panel on a dashboard') }}>
      <div ref={room}>
        <PanelChrome title={params.get('title') ?? id} width={Math.min(1100, roomWidth)} height={620}>
          {(width, height) => (
            <PanelRenderer
              title=""
              pluginId={id}
              width={width}
              height={height}
              data={data}
              options={JSON.parse(params.get('options') ?? '{}') as object}
            />
          )}
        </PanelChrome>
      </div>
    </PluginPage>
  );
}

/** Log records that nobody wrote, for trying the panel with many rows. */
function madeUpLog(rows: number): DataFrame {
  const levels = ['info', 'info', 'info', 'info', 'warning', 'info', 'info', 'error'];
  const index = Array.from({ length: rows }, (_, row) => row);
  return createDataFrame({
    fields: [
      { name: 'timestamp', type: FieldType.time, values: index.map((row) => 1_780_000_000_000 + row * 37) },
      {
        name: 'body',
        type: FieldType.string,
        values: index.map((row) => `Record ${row} of a made-up log${row % 8 === 7 ? ', failed with 0x80070005' : ''}`),
      },
      { name: 'level', type: FieldType.string, values: index.map((row) => levels[row % levels.length]) },
    ],
  });
}
