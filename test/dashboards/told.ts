import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { batchOf, state } from '../entries.js';
import { sinkOver, type SharedEngine } from '../shared-engine.js';
import { allChosen, expand, type Scope } from './macros.js';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
/** One moment for a file of tests. */
export const now = Date.now();

/** What a client says at a time, of which it is received too unless it is told otherwise. */
export interface Word {
  name: string;
  at: number;
  received?: number;
  topic?: number;
  state: number;
  params?: string[];
  /** Number of the client's GUID; none without it. */
  id?: number;
  address?: string;
  version?: string;
}

const generated = fileURLToPath(new URL('../../dashboards/generated', import.meta.url));

interface Board {
  panels: { title: string; targets?: { rawSql: string }[] }[];
  templating: { list: { name: string; query: string }[] };
}

/** A dashboard as it is made. */
export const boardOf = (name: string) => JSON.parse(readFileSync(join(generated, `fsp-${name}.json`), 'utf8')) as Board;

/** The last week, all chosen. */
const scopeOf = ({ from = now - 7 * day, to = Date.now() + minute, variables = {} }: ScopeGiven = {}): Scope => ({
  from: new Date(from),
  to: new Date(to),
  variables: { ...allChosen, ...variables },
});

export interface ScopeGiven {
  from?: number;
  to?: number;
  variables?: Scope['variables'];
}

/** So many, by their numbers from 0. */
export const times = <One>(count: number, made: (index: number) => One | One[]): One[] =>
  Array.from({ length: count }, (_, index) => made(index)).flat() as One[];

/** What is asked of an engine, and told to it as a receiver would have done it then. */
export function toldTo(shared: SharedEngine) {
  const ask = <Row = Record<string, string | number | null>>(sql: string, scope?: ScopeGiven) =>
    shared.rows<Row>(expand(sql, scopeOf(scope)));
  const panel = (board: string, title: string, scope?: ScopeGiven) =>
    ask(boardOf(board).panels.find((one) => one.title === title)!.targets![0]!.rawSql, scope);
  return {
    ask,
    panel,
    /** The numbers of the one row of a panel of figures. */
    async figures(board: string, title: string, scope?: ScopeGiven) {
      const [row] = await panel(board, title, scope);
      return Object.fromEntries(
        Object.entries(row ?? {}).map(([name, value]) => [name, value === null ? null : Number(value)]),
      );
    },
    /** Forgets all that was told before. */
    async tell(words: readonly Word[]) {
      for (const table of ['state_messages', 'client_facts', 'client_words', 'client_names', 'message_keys'])
        await shared.writer.command({ query: `TRUNCATE TABLE fsp.${table}` });
      const entries = words.map(
        ({ name, at, received = at, topic = 800, state: id, params = [], ...client }, index) => {
          const said = state(name, id, new Date(at).toISOString(), { receivedAt: received }, topic);
          return {
            ...said,
            clientAddress: client.address ?? '10.1.1.1',
            machine: {
              ...said.machine,
              clientInstalled: client.id !== undefined,
              clientId:
                client.id === undefined
                  ? said.machine.clientId
                  : `A1006D0E-0000-4000-8000-${String(client.id).padStart(12, '0')}`,
              clientVersion: client.version ?? (client.id === undefined ? '5.00.0000.0000' : '5.00.9132.1011'),
            },
            message: { ...said.message, params, serialNumber: index + 1 },
          };
        },
      );
      await sinkOver(shared.writer).deliver(batchOf(...entries), false);
    },
  };
}
