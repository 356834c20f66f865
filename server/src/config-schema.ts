import { availableParallelism, hostname } from 'node:os';
import { areProxies } from './http/proxies.js';
import { isZone } from './setup-logs/formats/zone.js';

interface Described {
  description: string;
  /** The default in words, where its value says little. */
  defaultText?: string;
  /** What is allowed, in words, where the bounds say little. */
  allowed?: string;
}

interface TextKind extends Described {
  type: 'text';
  default: string;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  /** What a pattern cannot tell. */
  valid?(value: string): boolean;
  choices?: readonly string[];
  secret?: boolean;
}

interface NumberKind extends Described {
  type: 'integer' | 'number';
  default: number;
  minimum: number;
  maximum: number;
}

/** A number that is decided elsewhere where nobody sets it. */
interface OptionalKind extends Omit<NumberKind, 'default'> {
  default: null;
  defaultText: string;
}

type Kind = TextKind | NumberKind | OptionalKind;

/** What is seen of a text is all of it: a space or a line's end that came along would name another folder, address or user. */
const oneLine = '(?!\\s)[^\\p{Cc}\\p{Zl}\\p{Zp}]+(?<!\\s)';
const onOneLine = 'on one line, without a space at its begin or end';

/**
 * Every setting of the server, once: type, default, what is allowed and what it means. From this table come the
 * file's keys (`intakePort`), the environment's names (`FSP_INTAKE_PORT`), the flags (`--intake-port`), validation and
 * the reference in docs/configuration.md.
 */
const schema = {
  dataDir: text('./data', 'folder for the spool, the embedded ClickHouse and the tokens (0600)'),
  siteCode: string({
    default: 'PS1',
    pattern: '^[A-Z0-9]{3}$',
    allowed: 'three capital letters or digits',
    description: 'site code that rows and roles carry',
  }),
  serverName: string({
    default: hostname(),
    defaultText: 'host name',
    maxLength: 253,
    pattern: `^${oneLine}$`,
    allowed: `a name of 1 to 253 characters ${onOneLine}`,
    description: 'name of this fallback status point in rows and roles',
  }),
  intakeHost: text('0.0.0.0', 'address that clients post to'),
  intakePort: port(8080, 'port that clients post to; real sites use 80'),
  siteHttpPort: integer({
    default: 80,
    minimum: 1,
    maximum: 65_535,
    description:
      "HTTP port of the site, which its clients post to: another than the intake's needs something that leads there",
  }),
  trustedProxies: string({
    default: 'loopback',
    // An empty variable counts as not set, so that nobody could be named by the environment without the word.
    valid: (value) => value === '' || value === 'none' || areProxies(value),
    allowed: 'none, or loopback, linklocal, uniquelocal, addresses or networks (10.0.0.0/8), separated by commas',
    description: "proxies whose X-Forwarded-For tells a client's address",
  }),
  intakeWorkers: integer({
    default: Math.min(8, Math.max(2, availableParallelism())),
    defaultText: 'the number of cores, from 2 to 8',
    minimum: 1,
    maximum: 64,
    description: 'threads that decode reports when they are large or many; one of them takes small ones only',
  }),
  managementHost: text('127.0.0.1', 'address of the management API'),
  managementPort: port(8081, 'port of the management API'),
  managementTlsCert: string({
    default: '',
    defaultText: 'none: plain HTTP',
    pattern: `^$|^${oneLine}$`,
    allowed: `path of a PEM file ${onOneLine}`,
    description: 'certificate of the management API, with those that lead to its root; renewed files are taken up',
  }),
  managementTlsKey: string({
    default: '',
    defaultText: 'none',
    pattern: `^$|^${oneLine}$`,
    allowed: `path of a PEM file without password ${onOneLine}`,
    description: 'private key of that certificate',
  }),
  adminToken: secret('token that may change; generated and kept in the data folder when not given', 16),
  viewerToken: secret('token that may read; generated and kept in the data folder when not given', 16),
  clickhouseUrl: string({
    default: '',
    defaultText: 'none: embedded',
    pattern: '^$|^https?://[^/@,\\s]+/?(\\s*,\\s*(https?://)?[^/@,\\s]+/?)*$',
    valid: (value) => value === '' || value.split(',').every(isServer),
    allowed:
      'http(s)://host:port without user and password (those have settings of their own); several separated by commas',
    description:
      'a ClickHouse server to use instead of the embedded engine; of a cluster several servers, the nearest first: when one fails the next is used within seconds, and the first again once it works',
  }),
  clickhouseUser: text('default', 'user on that server; may create the database and write to it'),
  clickhousePassword: secret('password of that user', 0),
  clickhouseReaderUser: string({
    default: '',
    defaultText: 'none',
    pattern: `^$|^${oneLine}$`,
    allowed: `a text ${onOneLine}`,
    description:
      'account on that server for dashboards and for what people ask: it reads the database and nothing else; without it one is made where that user may, and else ad hoc SQL is off',
  }),
  clickhouseReaderPassword: secret('password of that account', 0),
  clickhouseCaFile: string({
    default: '',
    defaultText: 'none',
    pattern: `^$|^${oneLine}$`,
    allowed: `a text ${onOneLine}`,
    description: 'certificates (PEM) of the authority that signed that of ClickHouse, beside those that Node trusts',
  }),
  clickhouseDatabase: string({
    default: 'fsp',
    pattern: '^[A-Za-z_][A-Za-z0-9_]{0,62}$',
    allowed: 'a name of letters, digits and underscores',
    description: 'database that holds everything',
  }),
  clickhouseCluster: string({
    default: '',
    defaultText: 'none',
    pattern: '^$|^[A-Za-z_][A-Za-z0-9_.-]{0,62}$',
    allowed: "a cluster's name of letters, digits, underscores, dots and hyphens",
    description: 'cluster of that server: tables are made ON CLUSTER with Replicated engines',
  }),
  clickhouseQuorum: string({
    default: 'auto',
    pattern: '^(auto|[1-9][0-9]?)$',
    allowed: 'auto, or a number from 1 to 99',
    description:
      'replicas that must have a message on disk before it leaves the spool; auto: more than half of them. Of two replicas that is both, so messages wait in the spool while one is away; 1 goes on with one, and loses what only that one had if its disk dies',
  }),
  retentionDays: daysKept(
    '365 in a new database, else as it is there',
    'days for which ClickHouse keeps messages, records of set-up logs and refused bodies; 0 keeps all',
  ),
  rawRetentionDays: daysKept(
    '30 in a new database, else as it is there',
    'days for which it keeps the reports as they came (the column raw); 0 keeps them as long as their messages',
  ),
  embeddedClickhousePort: port(8123, 'HTTP port of the embedded ClickHouse'),
  embeddedClickhouseNativePort: port(
    9000,
    'port of its native protocol, for clickhouse-client and drivers; where another program has it, that protocol is not served',
  ),
  embeddedClickhouseHost: text(
    '127.0.0.1',
    "address at which the embedded ClickHouse lets its reader in, over HTTP and the native protocol: loopback alone, or beside it this machine's address, 0.0.0.0 for all; passwords and answers cross the network in the clear there",
  ),
  throttleMessages: integer({
    default: 10_000,
    minimum: 100,
    maximum: 100_000,
    description: 'messages that may be passed on in one throttle interval',
  }),
  throttleInterval: integer({
    default: 3_600,
    minimum: 60,
    maximum: 86_400,
    description: 'throttle interval in seconds',
  }),
  throttleReserve: number({
    default: 0.2,
    minimum: 0,
    maximum: 0.9,
    description:
      'share of each interval that is kept for failed states until its end nears, so that none is late; nothing is kept in the order of arrival',
  }),
  throttleOrder: oneOf(['failures-first', 'arrival'], {
    default: 'failures-first',
    description: "which waiting messages go first: failed states, or by arrival as Microsoft's",
  }),
  collectLogs: oneOf(['off', 'on'], {
    default: 'off',
    description:
      'whether machines may bring their set-up logs to the intake, each with a token for that machine and one hour that an administrator gets on its page',
  }),
  setupLogs: string({
    default: '',
    defaultText: 'none',
    description: 'logs to follow, files or folders, separated by commas: fspMSI.log, SMSFSPSetup.log and any other',
  }),
  setupLogsTimezone: string({
    default: '',
    defaultText: 'none',
    valid: (value) => value === '' || isZone(value),
    allowed: 'a name such as Europe/Paris',
    description: 'time zone of the machine that writes them; those that tell no zone are taken as UTC without it',
  }),
  siteInbox: string({
    default: '',
    defaultText: 'none',
    pattern: `^$|^${oneLine}$`,
    allowed: `a text ${onOneLine}`,
    description:
      "folder that gets every admitted report as an .SMX file: the site server's inboxes/auth/statesys.box/incoming",
  }),
  otlpMaxLag: integer({
    default: 1_000_000,
    minimum: 10_000,
    maximum: 100_000_000,
    description:
      'messages that may wait for an OpenTelemetry endpoint that is away; beyond it the oldest are dropped and counted',
  }),
  logLevel: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], {
    default: 'info',
    description: "least severity of the server's own log",
  }),
} as const satisfies Record<string, Kind>;

export type ConfigKey = keyof typeof schema;
export type Config = {
  [Key in ConfigKey]: (typeof schema)[Key] extends NumberKind
    ? number
    : (typeof schema)[Key] extends OptionalKind
      ? number | null
      : (typeof schema)[Key] extends { choices: readonly (infer Choice)[] }
        ? Choice
        : string;
};

/** What the reference, the messages and the parsers need to know of one setting. */
export interface Setting {
  key: ConfigKey;
  env: string;
  /** The variable that names a file which holds the value; null where the value is no secret. */
  envFile: string | null;
  flag: string;
  description: string;
  allowed: string;
  default: string | number | null;
  defaultText: string;
  secret: boolean;
  number: boolean;
  /** Whether a value is of the right type and within what is allowed. */
  takes(value: unknown): boolean;
}

/** The settings in the order of the schema. */
export const settings: readonly Setting[] = Object.entries<Kind>(schema).map(([key, kind]) => {
  const snake = key.replace(/[A-Z]/g, (letter) => `_${letter}`);
  const secret = kind.type === 'text' && kind.secret === true;
  return {
    key: key as ConfigKey,
    env: `FSP_${snake.toUpperCase()}`,
    envFile: secret ? `FSP_${snake.toUpperCase()}_FILE` : null,
    flag: `--${snake.toLowerCase().replaceAll('_', '-')}`,
    description: kind.description,
    allowed: allowedText(kind),
    default: kind.default,
    defaultText: kind.defaultText ?? String(kind.default),
    secret,
    number: kind.type !== 'text',
    takes: (value) => isWithin(kind, value),
  };
});

/** One of several may leave out its scheme. */
function isServer(one: string): boolean {
  return URL.canParse(one.includes('://') ? one.trim() : `http://${one.trim()}`);
}

function isWithin(kind: Kind, value: unknown): boolean {
  if (kind.type !== 'text')
    return (
      (kind.type === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value)) &&
      (value as number) >= kind.minimum &&
      (value as number) <= kind.maximum
    );
  if (typeof value !== 'string') return false;
  if (value.length < (kind.minLength ?? 0) || value.length > (kind.maxLength ?? Infinity)) return false;
  if (kind.choices !== undefined && !kind.choices.includes(value)) return false;
  if (kind.valid?.(value) === false) return false;
  return kind.pattern === undefined || new RegExp(kind.pattern, 'u').test(value);
}

function allowedText(kind: Kind): string {
  if (kind.allowed !== undefined) return kind.allowed;
  if (kind.type === 'text') return kind.choices?.join(' or ') ?? 'a text';
  return `a ${kind.type === 'integer' ? 'whole ' : ''}number from ${kind.minimum} to ${kind.maximum}`;
}

// Loaded by every command: a library for schemas of all kinds would cost half a second each time.
function string<const Given extends Omit<TextKind, 'type'>>(given: Given) {
  return { type: 'text' as const, ...given };
}

function oneOf<const Choices extends readonly string[]>(
  choices: Choices,
  given: Described & { default: Choices[number] },
) {
  return { type: 'text' as const, choices, ...given };
}

function integer(given: Omit<NumberKind, 'type'>): NumberKind {
  return { type: 'integer', ...given };
}

/** Of several receivers over one database the one that sets it decides, whichever starts last. */
function daysKept(defaultText: string, description: string): OptionalKind {
  return { type: 'integer', default: null, defaultText, minimum: 0, maximum: 36_500, description };
}

function number(given: Omit<NumberKind, 'type'>): NumberKind {
  return { type: 'number', ...given };
}

function text(value: string, description: string) {
  return string({ default: value, pattern: `^${oneLine}$`, allowed: `a text ${onOneLine}`, description });
}

function port(value: number, description: string): NumberKind {
  return integer({
    default: value,
    minimum: 0,
    maximum: 65_535,
    description: `${description}; 0 takes any free one`,
  });
}

function secret(description: string, minLength: number) {
  return string({
    default: '',
    defaultText: 'none',
    secret: true,
    pattern: minLength > 0 ? `^$|^[\\x21-\\x7E]{${minLength},}$` : '^[^\\r\\n]*$',
    allowed: minLength > 0 ? `at least ${minLength} printable characters without spaces` : 'a text on one line',
    description,
  });
}
