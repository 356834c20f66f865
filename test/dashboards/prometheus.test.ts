import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Fastify from 'fastify';
import { Value } from 'typebox/value';
import Type from 'typebox';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { registerRunbooks } from '../../server/src/runbooks/runbook-pages.js';

const folder = fileURLToPath(new URL('../../dashboards/prometheus/', import.meta.url));
const sources = fileURLToPath(new URL('../../server/src/', import.meta.url));
const text = readFileSync(`${folder}fsp-rules.yml`, 'utf8');
const duration = Type.String({ pattern: '^(?:\\d+(?:ms|[smhdwy]))+$' });
const labels = Type.Record(Type.String({ pattern: '^[a-zA-Z_][a-zA-Z0-9_]*$' }), Type.String());
/** The format of a file of rules, as Prometheus reads it: nothing beside these keys is taken. */
const schema = Type.Object(
  {
    groups: Type.Array(
      Type.Object(
        {
          name: Type.String({ minLength: 1 }),
          interval: Type.Optional(duration),
          limit: Type.Optional(Type.Integer()),
          rules: Type.Array(
            Type.Object(
              {
                alert: Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }),
                expr: Type.String({ minLength: 1 }),
                for: Type.Optional(duration),
                keep_firing_for: Type.Optional(duration),
                labels: Type.Optional(labels),
                annotations: Type.Optional(labels),
              },
              { additionalProperties: false },
            ),
          ),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
const file = parse(text) as Type.Static<typeof schema>;
const rules = file.groups.flatMap((group) => group.rules);

/** Every metric that the server has, as Prometheus calls it: name, unit, and what its kind adds. */
function metricsOfTheServer(): Set<string> {
  const names = new Set<string>();
  for (const path of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
    if (!/\.ts$/.test(path)) continue;
    const source = readFileSync(sources + path, 'utf8');
    const made = /(?:\.create(\w+)\(|new (Tally)\(\s*meter,)\s*'(fsp\.[a-z_.]+)',\s*\{([^}]*\}?[^}]*)\}/g;
    for (const [, instrument, tally, name, rest] of source.matchAll(made)) {
      const kind = instrument ?? tally;
      const base = name!.replaceAll('.', '_') + (/unit: 's'/.test(rest!) ? '_seconds' : '');
      const endings = ['Counter', 'ObservableCounter', 'Tally'].includes(kind!)
        ? ['_total']
        : kind === 'Histogram'
          ? ['_bucket', '_sum', '_count']
          : [''];
      for (const ending of endings) names.add(base + ending);
    }
  }
  return names;
}

describe('the rules for Prometheus', () => {
  test('are of its format, each with severity, what it means and a page that is there', () => {
    expect([...Value.Errors(schema, file)]).toEqual([]);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, labels: given, annotations } of rules) {
      expect([alert, given?.severity]).toEqual([alert, expect.stringMatching(/^(?:critical|warning)$/)]);
      expect([alert, Object.keys(annotations ?? {})]).toEqual([
        alert,
        expect.arrayContaining(['summary', 'description', 'runbook_url']) as string[],
      ]);
    }
  });

  test('lead to runbooks that the scraped server itself serves, in English and French', async () => {
    const app = Fastify();
    registerRunbooks(app);
    for (const { alert, annotations } of rules) {
      const url = new URL(annotations!.runbook_url!.replace('{{ $labels.instance }}', 'fsp01:8081'));
      const pages = new Set<string>();
      for (const language of ['en', 'fr']) {
        const answer = await app.inject({ url: url.pathname, headers: { 'accept-language': language } });
        expect([alert, answer.statusCode]).toEqual([alert, 200]);
        expect(answer.body).toContain(`<html lang="${language}">`);
        pages.add(/<h1>.*<\/h1>/.exec(answer.body)![0]);
      }
      expect([alert, pages.size]).toEqual([alert, 2]);
      for (const url of [annotations!.selection_url ?? ''])
        expect(url).toMatch(/^$|\/a\/fallbackstatuspoint-fsp-app\/failures\?from=now-/);
    }
    await app.close();
  });

  test('ask for metrics that the server has', () => {
    const known = metricsOfTheServer();
    expect(known.size).toBeGreaterThan(15);
    const asked = new Set(rules.flatMap(({ expr }) => expr.match(/\bfsp_[a-z_]+(?=[{[\s)]|$)/g) ?? []));
    const labelsInUse = new Set(['fsp_sink', 'fsp_outcome', 'fsp_disk_kind']);
    expect([...asked].filter((name) => !known.has(name) && !labelsInUse.has(name))).toEqual([]);
    expect(asked.size).toBeGreaterThan(8);
  });

  test('that count failures say so, and wake nobody: one machine may have said them all', () => {
    const counting = rules.filter(({ expr }) => /fsp_client_(?:failures|messages)_total/.test(expr));
    expect(counting.length).toBeGreaterThan(3);
    for (const { alert, labels: given, annotations } of counting) {
      expect([alert, given?.severity]).toEqual([alert, 'warning']);
      for (const told of Object.values(annotations!)) expect(told).not.toMatch(/(?:many|\}\}) clients? fail/i);
    }
  });

  test('are what their tests are about', () => {
    const named = readFileSync(`${folder}fsp-rules-test.yml`, 'utf8').match(/(?<=alertname: )\w+/g) ?? [];
    for (const name of named) expect(rules.map(({ alert }) => alert)).toContain(name);
  });

  test('are each seen to fire: one whose sides never have the same labels is a rule as good as any other', () => {
    const { tests } = parse(readFileSync(`${folder}fsp-rules-test.yml`, 'utf8')) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts?: object[] }[] }[];
    };
    const fired = tests.flatMap((one) =>
      one.alert_rule_test.filter(({ exp_alerts: alerts = [] }) => alerts.length > 0),
    );
    expect(rules.map(({ alert }) => alert).filter((name) => !fired.some((one) => one.alertname === name))).toEqual([]);
  });

  // Where PROMTOOL names the program it has to be there; else it is used where it is found.
  const promtool = process.env.PROMTOOL ?? 'promtool';
  const there = spawnSync(promtool, ['--version']).status === 0;
  test.skipIf(!there && process.env.PROMTOOL === undefined)("hold before Prometheus' own promtool", () => {
    for (const args of [
      ['check', 'rules', 'fsp-rules.yml'],
      ['test', 'rules', 'fsp-rules-test.yml'],
    ]) {
      const { status, stdout, stderr } = spawnSync(promtool, args, { cwd: folder, encoding: 'utf8' });
      expect([status, status === 0 ? '' : `${stdout}${stderr}`]).toEqual([0, '']);
    }
  });
});
