import { lazy, Suspense, type ComponentType } from 'react';
import type { PanelProps } from '@grafana/data';
import { LoadingPlaceholder } from '@grafana/ui';
import { loadTexts } from '../load-texts.js';

/** A panel that is fetched when it is first shown, with the texts of the user's language. */
export function withTexts<Options extends object>(
  load: () => Promise<{ default: ComponentType<PanelProps<Options>> }>,
): ComponentType<PanelProps<Options>> {
  const Lazy = lazy(async () => {
    await loadTexts();
    return load();
  });
  return function LazyPanel(props: PanelProps<Options>) {
    return (
      <Suspense fallback={<LoadingPlaceholder text="" />}>
        <Lazy {...props} />
      </Suspense>
    );
  };
}
