export interface Grafana {
  version: string;
  /** The version of React that it gives to plugins. */
  react: string;
}
export function folderOf(version: string): string;
export function install(grafana: Grafana): Promise<void>;
export function checkTypes(grafana: Grafana): Promise<void>;
export function buildHost(grafana: Grafana): Promise<void>;
