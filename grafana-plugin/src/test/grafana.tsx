import type { ReactNode } from 'react';
import { FieldType, createDataFrame, LoadingState } from '@grafana/data';
import {
  config,
  locationService,
  LocationServiceProvider,
  setBackendSrv,
  setDataSourceSrv,
  type BackendSrv,
  type DataSourceSrv,
} from '@grafana/runtime';
import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { of } from 'rxjs';
import { Router } from 'react-router-dom';
import { CompatRouter } from 'react-router-dom-v5-compat';
import { backendSrv } from '../../host/src/backend-srv.js';

/** Rows that the data source answers with, by a part of the query. */
export const answers = new Map<string, Record<string, unknown>[]>();

/** Stands for Grafana around a component: routing, a back end over HTTP, a data source with the answers above. */
export function renderInGrafana(component: ReactNode, { orgRole = 'Admin', language = 'en-US' } = {}) {
  Object.assign(config.bootData.user, { orgRole, language });
  setBackendSrv(backendSrv as unknown as BackendSrv);
  const source = {
    uid: 'ch',
    name: 'ClickHouse',
    query: ({ targets }: { targets: { rawSql: string }[] }) => {
      const rows = [...answers].find(([part]) => targets[0]!.rawSql.includes(part))?.[1] ?? [];
      const fields = Object.keys(rows[0] ?? {}).map((name) => ({
        name,
        type: typeof rows[0]![name] === 'number' ? FieldType.number : FieldType.string,
        values: rows.map((row) => row[name]),
        config: {},
      }));
      return of({ state: LoadingState.Done, data: [createDataFrame({ fields })] });
    },
  };
  setDataSourceSrv({
    get: () => Promise.resolve(source),
    getList: () => [source],
    getInstanceSettings: () => source,
  } as unknown as DataSourceSrv);
  const user = userEvent.setup({ delay: null });
  const within = (shown: ReactNode) => (
    <Router history={locationService.getHistory()}>
      <CompatRouter>
        <LocationServiceProvider service={locationService}>{shown}</LocationServiceProvider>
      </CompatRouter>
    </Router>
  );
  const rendered = render(within(component));
  return {
    user,
    ...rendered,
    /** The same component with other properties. */
    show(shown: ReactNode) {
      rendered.rerender(within(shown));
    },
  };
}
