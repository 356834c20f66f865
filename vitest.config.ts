import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Suites start real engines and real servers; two cores carry two of them at a time.
    maxWorkers: 2,
    // Servers, engines and browsers on a shared machine: once in a while one is late. What fails twice is broken.
    retry: process.env.CI === undefined ? 0 : 1,
    testTimeout: 180_000,
    // What is asked for again until it is so: Vitest's own second is little for a browser on a machine that is busy.
    expect: { poll: { timeout: 60_000 } },
    hookTimeout: 180_000,
    projects: [
      {
        extends: true,
        test: { name: 'server', include: ['server/src/**/*.test.ts', 'test/**/*.test.ts'] },
      },
      {
        extends: true,
        // One router for the plugin and for @grafana/ui, as Grafana itself arranges it.
        resolve: { alias: { 'react-router': 'react-router-dom-v5-compat' } },
        test: {
          name: 'plugin',
          include: ['grafana-plugin/src/**/*.test.{ts,tsx}'],
          environment: 'jsdom',
          // Loading @grafana/ui takes longer than all of these tests together: files share what a worker has loaded.
          isolate: false,
          setupFiles: [fileURLToPath(new URL('grafana-plugin/src/test/setup.ts', import.meta.url))],
          // Imports without endings within these packages are no business of Node's own loader.
          server: { deps: { inline: [/@grafana\//, /react-router-dom-v5-compat/] } },
        },
      },
    ],
  },
});
