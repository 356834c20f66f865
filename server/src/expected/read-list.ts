import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { FspError } from '../errors.js';

/** A machine that is expected to be heard of. */
export interface ExpectedMachine {
  /** Short, upper case: what clients call themselves by. */
  clientName: string;
  /** Lower case; empty where the list has none. */
  clientFqdn: string;
  organisationalUnit: string;
  operatingSystem: string;
  lastLogon: string;
}

export interface ExpectedList {
  machines: ExpectedMachine[];
  /** Rows of accounts that are disabled in the directory: nobody expects those. */
  disabled: number;
  /** Rows without a name of a machine, the first of them with their number in the file. */
  unreadable: { rows: number; examples: { row: number; text: string }[] };
  /** Rows of machines that stood in the file before. */
  repeated: number;
}

/** Columns of what directories and sites export, without case, spaces, underscores and the zero of SQL views. */
const columnNames = {
  name: [
    ...['name', 'computername', 'computer', 'machinename', 'machine', 'devicename', 'device', 'netbiosname', 'netbios'],
    ...['hostname', 'host', 'clientname', 'workstation', 'nom', 'nomdelordinateur', 'ordinateur', 'nomnetbios'],
    ...['nomdelappareil', 'appareil', 'poste', 'cn', 'samaccountname', 'resourcename'],
  ],
  fqdn: ['dnshostname', 'fqdn', 'dnsname', 'clientfqdn', 'resourcenames', 'fullname', 'nomdns'],
  dn: ['distinguishedname', 'dn', 'canonicalname', 'nomunique'],
  system: ['operatingsystem', 'os', 'systemedexploitation', 'operatingsystemnameandversion', 'caption'],
  enabled: ['enabled', 'active'],
  logon: ['lastlogondate', 'lastlogontimestamp', 'lastlogon', 'derniereouverturedesession'],
} as const;
type ColumnName = keyof typeof columnNames;
type Columns = Partial<Record<ColumnName, number>>;

const mostExamples = 10;
const mostMachines = 2_000_000;
const notAMachine =
  'Nothing was changed: send a CSV file with a column Name, DNSHostName or DistinguishedName, or one name a line';

/**
 * Reads a list of machines: what `Get-ADComputer … | Export-Csv`, csvde, dsquery or the site's console export, with or
 * without a header, with commas, semicolons or tabs, in UTF-8, UTF-16 or Windows' code page; or one name a line.
 * @throws FspError FSP_LIST_UNREADABLE where it is none, and why; then nothing of it counts
 */
export async function readExpectedList(file: Buffer): Promise<ExpectedList> {
  const text = textOf(file);
  const begin = beginOfData(text);
  const firstLine = lineAt(text, begin);
  if (firstLine.trim() === '') throw unreadable('The list is empty');
  const isDns = /^"?CN=/i.test(firstLine);
  const delimiter = isDns ? null : delimiterOf(firstLine);
  const list: ExpectedList = { machines: [], disabled: 0, unreadable: { rows: 0, examples: [] }, repeated: 0 };
  const byName = new Map<string, number>();
  const skippedRows = lineCount(text, begin);
  let columns: Columns | null = null;
  let row = skippedRows;
  const rows = delimiter === null ? lines(text, begin) : table(text.slice(begin), delimiter);
  for await (const cells of rows) {
    row++;
    if (columns === null) {
      columns = columnsOf(cells);
      if (columns !== null) continue;
      if (cells.length > 1 && !isDns)
        throw unreadable(
          `No column of the list tells a machine's name (its first row: ${cells.join(', ').slice(0, 120)})`,
        );
      columns = isDns ? { dn: 0 } : { name: 0 };
    }
    take(cells, columns, row, list, byName);
    if (list.machines.length > mostMachines) throw unreadable(`The list has more than ${mostMachines} machines`);
  }
  if (list.machines.length === 0 && list.disabled === 0) throw unreadable('No row of the list names a machine');
  // A file of something else has a word here and there that could be a name.
  if (list.unreadable.rows > list.machines.length + list.disabled)
    throw unreadable(
      `Most rows of the list name no machine (row ${list.unreadable.examples[0]!.row}: ${list.unreadable.examples[0]!.text})`,
    );
  return list;
}

function take(
  cells: readonly string[],
  columns: Columns,
  row: number,
  list: ExpectedList,
  byName: Map<string, number>,
): void {
  const cell = (name: ColumnName) => (columns[name] === undefined ? '' : (cells[columns[name]] ?? '').trim());
  if (cells.every((one) => one.trim() === '')) return;
  const dn = cell('dn');
  const machine = machineOf(cell('name'), cell('fqdn'), dn);
  if (machine === null) {
    list.unreadable.rows++;
    if (list.unreadable.examples.length < mostExamples)
      list.unreadable.examples.push({ row, text: cells.join(', ').slice(0, 80) });
    return;
  }
  if (/^(?:false|faux|no|non|0|disabled)$/i.test(cell('enabled'))) {
    list.disabled++;
    return;
  }
  const found = {
    ...machine,
    organisationalUnit: unitOf(dn).slice(0, 500),
    operatingSystem: cell('system').slice(0, 100),
    lastLogon: logonOf(cell('logon')),
  };
  const known = byName.get(found.clientName);
  if (known === undefined) {
    byName.set(found.clientName, list.machines.length);
    list.machines.push(found);
  } else {
    list.repeated++;
    const before = list.machines[known]!;
    if (before.clientFqdn === '') before.clientFqdn = found.clientFqdn;
  }
}

/** Characters that no name of a machine has; RFC 1123 and what NetBIOS adds to it in practice. */
const shortName = /^[\p{L}\p{N}_$!#%&()@^'{}~-]{1,63}$/u;
const domain = /^[\p{L}\p{N}_-]{1,63}(?:\.[\p{L}\p{N}_-]{1,63}){0,20}$/u;

/** The machine of a row: by its name, else by its full name, else by where it stands in the directory. */
function machineOf(name: string, fqdn: string, dn: string): Pick<ExpectedMachine, 'clientName' | 'clientFqdn'> | null {
  const given = name !== '' ? name : fqdn !== '' ? fqdn : dn;
  // DOMAIN\PC042, PC042$ of an account, CN=PC042,OU=… of the directory.
  const bare = /^CN=/i.test(given) ? commonNameOf(given) : given.slice(given.lastIndexOf('\\') + 1).replace(/\$$/, '');
  const dot = bare.indexOf('.');
  const short = dot === -1 ? bare : bare.slice(0, dot);
  const full = fqdn !== '' ? fqdn : dot === -1 ? '' : bare;
  if (!shortName.test(short) || (dot !== -1 && !domain.test(bare.slice(dot + 1)))) return null;
  return { clientName: short.toUpperCase(), clientFqdn: full.slice(0, 255).toLowerCase() };
}

/** `PC042` of `CN=PC042,OU=Paris,DC=contoso,DC=com`; a comma or a backslash in a name has a backslash before it. */
function commonNameOf(dn: string): string {
  return (partsOf(dn)[0] ?? '').slice('CN='.length).trim();
}

/** `Workstations/Paris` – the units from the outside to the machine – and nothing for a machine that stands in none. */
function unitOf(dn: string): string {
  return partsOf(dn)
    .filter((part) => /^OU=/i.test(part))
    .map((part) => part.slice('OU='.length))
    .reverse()
    .join('/');
}

function partsOf(dn: string): string[] {
  const parts: string[] = [];
  let part = '';
  for (let at = 0; at < dn.length; at++) {
    const character = dn[at]!;
    if (character === '\\') part += dn[++at] ?? '';
    else if (character === ',') {
      parts.push(part);
      part = '';
    } else part += character;
  }
  parts.push(part);
  return parts.map((one) => one.trim());
}

/** 100 ns since 1601, as the directory keeps it, as a date; anything else as it is written. */
function logonOf(text: string): string {
  if (!/^1[23]\d{16}$/.test(text)) return text.slice(0, 40);
  return new Date(Number(BigInt(text) / 10_000n) - 11_644_473_600_000).toISOString().slice(0, 10);
}

function columnsOf(cells: readonly string[]): Columns | null {
  const known = cells.map((cell) =>
    cell
      .normalize('NFD')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]/g, '')
      .replace(/0$/, ''),
  );
  const columns: Columns = {};
  for (const [name, names] of Object.entries(columnNames) as [ColumnName, readonly string[]][]) {
    // The first of the names that is there, not the first column: `Name` before `SamAccountName`.
    const found = names.find((one) => known.includes(one));
    if (found !== undefined) columns[name] = known.indexOf(found);
  }
  return columns.name === undefined && columns.fqdn === undefined && columns.dn === undefined ? null : columns;
}

async function* table(text: string, delimiter: string): AsyncGenerator<string[]> {
  const parser = Readable.from(pieces(text)).pipe(
    parse({
      delimiter,
      relax_column_count: true,
      // Quotes within a field that has none around it are characters of a name.
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: 64 * 1024,
    }),
  );
  try {
    for await (const record of parser) yield record as string[];
  } catch (error) {
    if (error instanceof FspError) throw error;
    throw unreadable(`The list is no CSV file: ${(error as Error).message.split('\n')[0]}`);
  }
}

/** So that the thread is there for others between them. */
function* pieces(text: string): Generator<string> {
  const size = 64 * 1024;
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

/** One name a line, whatever stands in it. */
function* lines(text: string, begin: number): Generator<string[]> {
  for (let at = begin; at < text.length;) {
    const line = lineAt(text, at);
    at += line.length + 1;
    const cell = line.trim().replace(/^"(.*)"$/, '$1');
    if (cell !== '') yield [cell];
  }
}

function textOf(file: Buffer): string {
  if (file.length === 0) throw unreadable('The list is empty');
  if (file.subarray(0, 2).toString('latin1') === 'PK')
    throw unreadable('This is a workbook or a zip, and no CSV file; save it as CSV first');
  const encoding =
    file[0] === 0xff && file[1] === 0xfe ? 'utf-16le' : file[0] === 0xfe && file[1] === 0xff ? 'utf-16be' : 'utf-8';
  const decode = (label: string, fatal: boolean) => new TextDecoder(label, { fatal }).decode(file);
  let text: string;
  try {
    text = decode(encoding, true);
  } catch {
    text = decode(encoding === 'utf-8' ? 'windows-1252' : encoding, false);
  }
  if (text.includes('\0')) throw unreadable('This is no text, and no list of machines');
  if (/^\s{0,100}(?:<|\{|%PDF)/.test(text)) throw unreadable('This is no CSV file');
  return text;
}

/** Behind what PowerShell (`#TYPE …`) and Excel (`sep=;`) write before the header, and empty lines. */
function beginOfData(text: string): number {
  let at = 0;
  while (at < text.length) {
    const line = lineAt(text, at);
    if (line.trim() !== '' && !/^#TYPE |^sep=.?\s*$/i.test(line)) return at;
    at += line.length + 1;
  }
  return at;
}

function lineAt(text: string, at: number): string {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.slice(at) : text.slice(at, end);
}

function lineCount(text: string, until: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < until; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** What separates the columns of a row: the one of the usual ones that stands most often outside of quotes; null for none. */
function delimiterOf(line: string): string | null {
  const counts = new Map<string, number>([',', ';', '\t', '|'].map((one) => [one, 0]));
  let quoted = false;
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && counts.has(character)) counts.set(character, counts.get(character)! + 1);
  }
  const [[delimiter, count]] = [...counts].sort((a, b) => b[1] - a[1]) as [[string, number]];
  return count === 0 ? null : delimiter;
}

function unreadable(what: string): FspError {
  return new FspError('FSP_LIST_UNREADABLE', `${what}. ${notAMachine}`);
}
