import { build, type DashboardSpec } from './dashboard.js';
import { client } from './client.js';
import { communication } from './communication.js';
import { failures } from './failures.js';
import { operations } from './operations.js';
import { overview } from './overview.js';
import { setup } from './setup.js';

const specs: DashboardSpec[] = [overview, failures, client, communication, operations, setup];

/** Every dashboard, as Grafana stores it. */
export const dashboards = () => specs.map(build);
