import { describe, expect, test } from 'vitest';
import { database, sharedEngine } from '../../../test/shared-engine.js';
import { errorCatalog } from '../catalog/errors.js';
import { stateCatalog } from '../catalog/states.js';
import { loadCatalog } from './load-catalog.js';
import { migrations } from './schema.js';
import { viewStatements } from './views/index.js';

const shared = sharedEngine();

describe('the schema', () => {
  test('explains itself: every table and view has a comment, and so has every column', async () => {
    expect(
      await shared.rows(
        "SELECT name FROM system.tables WHERE database = 'fsp' AND comment = '' AND engine != 'MaterializedView'",
      ),
    ).toEqual([]);
    expect(
      await shared.rows(
        "SELECT table, name FROM system.columns WHERE database = 'fsp' AND comment = '' AND table IN (SELECT name FROM system.tables WHERE database = 'fsp' AND (engine LIKE '%MergeTree' OR engine = 'View')) AND table != 'schema_migrations'",
      ),
    ).toEqual([]);
  });

  test('has a form for a cluster that ClickHouse can read', async () => {
    const schema = { database, cluster: 'main' };
    for (const statements of [...migrations(schema).map((one) => one.statements), viewStatements(schema)]) {
      for (const statement of statements) {
        // Rows that are copied come to the other servers by replication.
        if (!/^(INSERT|SELECT)/.test(statement)) expect(statement).toContain("ON CLUSTER 'main'");
        expect(statement).not.toMatch(/ENGINE = (Aggregating|Replacing)?MergeTree/);
        await shared.writer.command({ query: `EXPLAIN AST ${statement}` });
      }
    }
  });

  test('holds the catalogue once, however often it is loaded', async () => {
    const catalog = { database, states: stateCatalog, errors: errorCatalog };
    await Promise.all([loadCatalog(shared.writer, catalog), loadCatalog(shared.writer, catalog)]);
    const [counts] = await shared.rows(
      'SELECT (SELECT toUInt32(count()) FROM state_catalog) AS states, (SELECT toUInt32(count()) FROM error_catalog) AS errors',
    );
    expect(counts).toEqual({ states: stateCatalog.length, errors: errorCatalog.length });
    expect(
      await shared.rows(
        "SELECT count() AS n FROM error_catalog WHERE error_text = '' OR error_text_fr = '' OR advice = '' OR advice_fr = '' OR area = '' OR source = ''",
      ),
    ).toEqual([{ n: 0 }]);
  });

  test('takes a catalogue that has changed, also back to an earlier one', async () => {
    const [first] = errorCatalog;
    const changed = { database, states: stateCatalog, errors: [{ ...first!, advice: 'Something else' }] };
    const adviceNow = () =>
      shared.rows(
        `SELECT advice FROM error_catalog FINAL WHERE family = '${first!.family}' AND error_code = '${first!.code}'`,
      );
    await loadCatalog(shared.writer, changed);
    expect(await adviceNow()).toEqual([{ advice: 'Something else' }]);
    await loadCatalog(shared.writer, { database, states: stateCatalog, errors: errorCatalog });
    expect(await adviceNow()).toEqual([{ advice: first!.advice }]);
  });
});
