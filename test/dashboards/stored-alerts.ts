import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach } from 'vitest';
import { parse } from 'yaml';
import { database, sharedEngine } from '../shared-engine.js';
import { storeMessages, storeSign, type Told } from './stored-messages.js';

interface Rule {
  uid: string;
  annotations: Record<string, string>;
  data: { model: { rawSql?: string; conditions?: { evaluator: { params: number[] } }[] } }[];
}
export type Labels = Record<string, string>;

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

const file = fileURLToPath(new URL('../../dashboards/generated/alerts.yaml', import.meta.url));
const { groups } = parse(readFileSync(file, 'utf8')) as { groups: { rules: Rule[] }[] };
export const rules = new Map(groups.flatMap((group) => group.rules).map((rule) => [rule.uid, rule]));

const filled = [
  'state_messages',
  'client_facts',
  'client_words',
  'client_names',
  'receiver_status',
  'throttle_window_updates',
  'rejected_messages',
  'expected_loads',
  'expected_machines',
  'setup_run_updates',
];

/** The alert rules over an engine that holds what a test stores, as receivers would have stored it then, and nothing else. */
export function storedAlerts() {
  const shared = sharedEngine();
  beforeEach(async () => {
    for (const table of filled) await shared.writer.command({ query: `TRUNCATE TABLE ${database}.${table}` });
  });

  /** A rule's instances so many milliseconds later: labels, number, and whether that is above the limit. */
  const instances = async (uid: string, later = 0) => {
    const [query, threshold] = rules.get(uid)!.data;
    const limit = threshold!.model.conditions![0]!.evaluator.params[0]!;
    const asked = query!.model.rawSql!.replaceAll('now()', `(now() + toIntervalSecond(${Math.round(later / 1_000)}))`);
    return (await shared.rows<Record<string, string | number>>(asked)).map((row) => {
      const [name, value] = Object.entries(row).find(([, one]) => typeof one === 'number')!;
      const labels = Object.fromEntries(Object.entries(row).filter(([one]) => one !== name)) as Labels;
      return { fires: Number(value) > limit, value: Number(value), labels };
    });
  };
  return {
    instances,
    firing: async (uid: string, later = 0) => (await instances(uid, later)).filter(({ fires }) => fires),
    rows: <Row>(sql: string) => shared.rows<Row>(sql),
    store: (messages: readonly Told[]) => storeMessages(shared.writer, messages),
    sign: (receiver: string, at: number, given: Record<string, unknown> = {}) =>
      storeSign(shared.writer, receiver, at, given),
    insert: (table: string, values: readonly Record<string, unknown>[]) =>
      shared.writer.insert({ table: `${database}.${table}`, values, format: 'JSONEachRow' }),
  };
}

export const many = <One>(count: number, made: (index: number) => One): One[] =>
  Array.from({ length: count }, (_, index) => made(index));
