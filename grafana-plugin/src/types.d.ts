declare module '*.md' {
  const text: string;
  export default text;
}
declare module 'amd-module' {
  const module: { uri?: string } | undefined;
  export default module;
}
declare module 'grafana-runtime-internal/components/PluginPage.mjs' {
  import type { PluginPageProps } from '@grafana/runtime';
  import type { ComponentType } from 'react';
  export function setPluginPage(component: ComponentType<PluginPageProps>): void;
}
declare module 'grafana-runtime-internal/components/PanelRenderer.mjs' {
  import type { PanelRendererProps } from '@grafana/runtime';
  import type { ComponentType } from 'react';
  export function setPanelRenderer(component: ComponentType<PanelRendererProps>): void;
}
declare module '@react-router-compat' {
  export * from 'react-router';
  export const CompatRouter: import('react').ComponentType<{ children: import('react').ReactNode }>;
}
declare let __webpack_public_path__: string;
