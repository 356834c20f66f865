import { config } from '@grafana/runtime';

/** Whether the user may change things. The server decides in any case; this spares buttons that it would refuse. */
export function isAdmin(): boolean {
  return config.bootData.user.orgRole === 'Admin' || config.bootData.user.isGrafanaAdmin;
}

/** The user's language, as in `fr-FR`. */
export function language(): string {
  return config.bootData.user.language || 'en-US';
}

/** A dashboard in the user's language. */
export const dashboardPath = (name: string) => `/d/${language().startsWith('fr') ? 'fsp-fr-' : 'fsp-'}${name}`;
