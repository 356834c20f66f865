import { build, type SpecIn } from './dashboard.js';
import { client } from './client.js';
import { communication } from './communication.js';
import { failures } from './failures.js';
import { languages } from './language.js';
import { operations } from './operations.js';
import { overview } from './overview.js';
import { receivers } from './receivers.js';
import { setup } from './setup.js';

const specs: SpecIn[] = [overview, failures, client, communication, operations, receivers, setup];

/** Every dashboard in every language, as Grafana stores it. */
export const dashboards = () => languages.flatMap((language) => specs.map((spec) => build(spec, language)));
