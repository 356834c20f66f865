import { rowsOfPiece } from './pieces.js';
import { contains, literal, where } from './sql.js';

export type Standing = 'never_heard' | 'never_ended' | 'failed' | 'heard';
export const standings: Standing[] = ['never_heard', 'never_ended', 'failed', 'heard'];

/** A machine that is expected, as the view `expected_clients` has it. */
export interface ExpectedMachine {
  client_name: string;
  client_fqdn: string;
  lists: string;
  organisational_unit: string;
  operating_system: string;
  last_logon: string;
  standing: Standing;
  client_key: string;
  site_code: string;
  outcome: string;
  deployment_begin_time: number | null;
  last_received_at: number | null;
}

export interface ExpectedFilter {
  /** '' for any. */
  standing: string;
  search: string;
  list: string;
  /** Heard of, but not for so many days; 0 for any. */
  silentDays: number;
}

const silentFor = (days: number) => `last_received_at < now() - INTERVAL ${Math.floor(days)} DAY`;

const conditions = ({ standing, search, list, silentDays }: ExpectedFilter) =>
  where([
    standing !== '' && `standing = ${literal(standing)}`,
    list !== '' && `has(list_names, ${literal(list)})`,
    silentDays > 0 && silentFor(silentDays),
    search !== '' && contains(['client_name', 'client_fqdn', 'organisational_unit', 'operating_system'], search),
  ]);

export const machinesPerPage = 50;

/** One page of machines; each row carries how many there are in all. */
export const expectedSql = (
  filter: ExpectedFilter,
  page: number,
) => `SELECT * EXCEPT list_names, count() OVER () AS total
FROM expected_clients
WHERE ${conditions(filter)}
ORDER BY indexOf([${standings.map(literal).join(', ')}], standing), client_name
LIMIT ${machinesPerPage} OFFSET ${(page - 1) * machinesPerPage}`;

/** The most machines that a list is exported with. */
export const mostExported = 500_000;

/** The machines of a list behind a name, for a file or the clipboard. */
export const expectedExportSql = (
  filter: ExpectedFilter,
  after?: string,
) => `SELECT client_name, client_fqdn, standing, lists, organisational_unit, operating_system, last_logon, site_code, outcome,
  deployment_begin_time, last_received_at
FROM expected_clients
WHERE ${where([conditions(filter), after !== undefined && `client_name > ${literal(after)}`])}
ORDER BY client_name
LIMIT ${rowsOfPiece}`;

export interface ExpectedCounts {
  machines: number;
  never_heard: number;
  never_ended: number;
  failed: number;
  heard: number;
  /** Heard of, but not for the days that are asked for. */
  silent: number;
}

export const expectedCountsSql = (list: string, silentDays: number) => `SELECT count() AS machines,
  ${standings.map((one) => `countIf(standing = ${literal(one)}) AS ${one}`).join(', ')}, countIf(${silentFor(silentDays)}) AS silent
FROM expected_clients WHERE ${conditions({ standing: '', search: '', list, silentDays: 0 })}`;
