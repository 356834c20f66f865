import { stringify } from 'yaml';
import { alertRules } from './alert-provisioning.js';
import { rules } from './alerts.js';
import { dashboards } from './all.js';

/** Files of `generated/` with their text. */
export function generated(): Map<string, string> {
  const built = dashboards();
  const files = new Map(built.map((one) => [`${one.uid ?? ''}.json`, `${JSON.stringify(one, null, 2)}\n`]));
  const head = '# Made by npm run build -w dashboards from src/alerts.ts: change it there.\n';
  return files.set('alerts.yaml', head + stringify(alertRules(rules, built), { lineWidth: 0 }));
}
