import { createContext, useContext } from 'react';
import type { AppPluginMeta } from '@grafana/data';

/** What the app's configuration keeps; tokens are kept apart as secrets. All of it can be provisioned. */
export interface AppSettings {
  /** Where the server's management API is, as Grafana's back end reaches it. */
  apiUrl?: string;
  /** The ClickHouse data source; the first one there is where none is chosen. */
  datasourceUid?: string;
}

export type AppMeta = AppPluginMeta<AppSettings>;

export const SettingsContext = createContext<AppSettings>({});

/** The app's settings; empty within a panel, which has none. */
export function useSettings(): AppSettings {
  return useContext(SettingsContext);
}
