import './public-path.js';
import { lazy, Suspense } from 'react';
import { AppPlugin, type AppRootProps, type PluginConfigPageProps } from '@grafana/data';
import { LoadingPlaceholder } from '@grafana/ui';
import type { AppMeta, AppSettings } from './configuration/settings.js';
import { loadTexts } from './load-texts.js';

const LazyApp = lazy(async () => {
  await loadTexts();
  return import('./app/App.js');
});
const LazyConfiguration = lazy(async () => {
  await loadTexts();
  return import('./configuration/ConfigurationPage.js');
});

const App = (props: AppRootProps<AppSettings>) => (
  <Suspense fallback={<LoadingPlaceholder text="" />}>
    <LazyApp {...props} />
  </Suspense>
);

const Configuration = (props: PluginConfigPageProps<AppMeta>) => (
  <Suspense fallback={<LoadingPlaceholder text="" />}>
    <LazyConfiguration {...props} />
  </Suspense>
);

export const plugin = new AppPlugin<AppSettings>().setRootPage(App).addConfigPage({
  title: 'Configuration',
  icon: 'cog',
  body: Configuration,
  id: 'configuration',
});
