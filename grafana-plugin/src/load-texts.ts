import { initPluginTranslations, type ResourceLoader } from '@grafana/i18n';
import { pluginId } from './constants.js';

const french: ResourceLoader = async (language) =>
  language === 'fr-FR' ? (await import('./locales/fr-FR/fallbackstatuspoint-fsp-app.json')).default : {};

/** Makes the texts of the user's language ready; English stands in the code itself. */
export async function loadTexts(): Promise<void> {
  await initPluginTranslations(pluginId, [french]);
}
