import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * What begins last must not end long after all others: the longest first, as on a machine that ran nothing yet, those
 * that wait beside those that compute. While these five take their time, one worker is left for the files of the plugin,
 * which share what it has loaded.
 */
const order = [
  'test/reliability/disk.test.ts',
  'test/console/pages.test.ts',
  'test/reliability/sinks.test.ts',
  'test/console/journeys.test.ts',
  'test/console/open-logs.test.ts',
  'grafana-plugin/',
  'test/console/',
  'test/setup-logs/server.test.ts',
  'test/reliability/stop.test.ts',
  'test/reliability/soak.test.ts',
  'test/dashboards/',
  'test/delivery/',
  'test/reliability/',
  'server/src/clickhouse/',
  'server/src/spool/damage.test.ts',
  'test/',
  'server/src/intake/',
  'server/src/spool/',
];

class LongestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]) {
    const root = fileURLToPath(new URL('.', import.meta.url));
    const place = ({ moduleId }: TestSpecification) => {
      const path = relative(root, moduleId).replaceAll(sep, '/');
      const found = order.findIndex((begin) => path.startsWith(begin));
      return found < 0 ? order.length : found;
    };
    return Promise.resolve(files.toSorted((a, b) => place(a) - place(b)));
  }
}

export default defineConfig({
  test: {
    // Suites start real engines, servers and browsers, and wait for them two thirds of the time: two cores carry six.
    maxWorkers: 6,
    sequence: { sequencer: LongestFirst },
    // Servers, engines and browsers on a shared machine: once in a while one is late. What fails twice is broken.
    retry: process.env.CI === undefined ? 0 : 1,
    // What hangs is ended; how long something takes on a machine that is busy proves nothing.
    testTimeout: 300_000,
    // What is asked for again until it is so: Vitest's own second is little for a browser on a machine that is busy.
    expect: { poll: { timeout: 60_000 } },
    hookTimeout: 300_000,
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
