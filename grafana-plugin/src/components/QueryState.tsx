import type { ReactNode } from 'react';
import { t } from '@grafana/i18n';
import { Alert, Button, EmptyState, LoadingPlaceholder } from '@grafana/ui';
import { ApiError } from '../api/http.js';
import { pluginId } from '../constants.js';
import { NoDataSource } from '../queries/run.js';
import type { Loaded } from '../queries/use-loaded.js';
import { Stale } from './Stale.js';

interface Props<T> {
  of: Loaded<T>;
  /** What to say where there is nothing; nothing is said without it. */
  empty?: string;
  isEmpty?(value: T): boolean;
  children(value: T): ReactNode;
}

/** Shows what was loaded, and goes on showing it while nothing newer comes; or that it is on its way, that there is nothing, or what went wrong and what to do. */
export function QueryState<T>({ of, empty, isEmpty, children }: Props<T>) {
  const { value, error, loading, at, late = false, reload } = of;
  if (value === undefined && error !== undefined) return <Failed error={error} onRetry={reload} />;
  if (value === undefined)
    return (
      <>
        {late && <Stale at={undefined} />}
        {loading && <LoadingPlaceholder text={t('app.loading', 'Loading…')} />}
      </>
    );
  const stale = (error !== undefined || late) && <Stale at={at} error={error} />;
  const nothing = isEmpty?.(value) ?? (Array.isArray(value) && value.length === 0);
  if (nothing && empty !== undefined)
    return (
      <>
        {stale}
        <EmptyState variant="not-found" message={empty} />
      </>
    );
  return (
    <>
      {stale}
      {children(value)}
    </>
  );
}

/** What went wrong, in the server's own words where it has some, and what to do about it. */
export function Failed({ error, onRetry }: { error: Error; onRetry?(): void }) {
  return (
    <Alert bottomSpacing={0} severity="error" title={titleOf(error)}>
      {error instanceof NoDataSource ? null : <p>{error.message}</p>}
      {onRetry !== undefined && (
        <Button variant="secondary" size="sm" onClick={onRetry}>
          {t('app.retry', 'Try again')}
        </Button>
      )}
    </Alert>
  );
}

/** What went wrong, in a few words. */
export function titleOf(error: Error): string {
  if (error instanceof NoDataSource)
    return t(
      'failed.no-source',
      'There is no ClickHouse data source; add one, and choose it in the configuration of {{app}}',
      {
        app: pluginId,
      },
    );
  if (!(error instanceof ApiError)) return t('failed.query', 'The query failed');
  if (error.status === 401)
    return t('failed.token', 'The server refused its token; an administrator must enter it in the configuration');
  if (error.status === 403) return t('failed.forbidden', 'Only administrators may do this');
  if (error.status === 0 || error.status === 502 || error.status === 504)
    return t('failed.unreachable', 'The fallback status point’s server cannot be reached');
  return t('failed.refused', 'The server refused it');
}
