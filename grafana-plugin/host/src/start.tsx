import { createRoot } from 'react-dom/client';
import { type AppPlugin, type AppPluginMeta } from '@grafana/data';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import moment from 'moment';
import 'moment/locale/fr';
import type { PreviewSession } from './boot.js';
import { installServices } from './grafana-services.js';
import { preferences } from './preferences.js';
import { shareModules } from './shared-modules.js';
import { Shell } from './Shell.js';

export type Manifest = AppPluginMeta & { includes: NonNullable<AppPluginMeta['includes']> };

/** Loads the plugin as Grafana does, and shows it. */
export async function start({ session, manifest }: { session: PreviewSession; manifest: object }): Promise<void> {
  const meta = { ...manifest } as Manifest;
  const importModule = (path: string) => System.import<{ plugin: unknown }>(`/public/plugins/${meta.id}/${path}`);
  const { language } = preferences();
  // As Grafana does: one i18next for all, with the user's language.
  await i18next
    .use(initReactI18next)
    .init({ resources: {}, lng: language, fallbackLng: 'en-US', returnEmptyString: false });
  document.documentElement.lang = language;
  moment.locale(language.slice(0, 2));
  if (language !== 'en-US') {
    const texts = await fetch(`/public/plugins/${meta.id}/locales/${language}/${meta.id}.json`);
    if (texts.ok) i18next.addResourceBundle(language, meta.id, (await texts.json()) as Record<string, string>);
  }
  shareModules();
  installServices(importModule);
  const { plugin } = (await importModule('module.js')) as { plugin: AppPlugin };
  // Grafana's meta of an app carries where it is served from.
  plugin.meta = { ...meta, baseUrl: `public/plugins/${meta.id}`, module: `public/plugins/${meta.id}/module.js` };
  plugin.init(plugin.meta);
  createRoot(document.getElementById('reactRoot')!).render(<Shell plugin={plugin} session={session} />);
}
