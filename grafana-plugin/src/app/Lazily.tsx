import { Suspense, type ComponentType, type LazyExoticComponent } from 'react';
import { t } from '@grafana/i18n';
import { LoadingPlaceholder } from '@grafana/ui';

/** A page while it is fetched. Below the root, so that Grafana's own page never hangs in a Suspense of ours. */
export function Lazily({ page: Page }: { page: LazyExoticComponent<ComponentType> }) {
  return (
    <Suspense fallback={<LoadingPlaceholder text={t('app.loading', 'Loading…')} />}>
      <Page />
    </Suspense>
  );
}
