import { availableParallelism, hostname } from 'node:os';
import Type from 'typebox';

/**
 * Every setting of the server, once: type, default, what is allowed and what it means. From this table come the
 * file's keys (`intakePort`), the environment's names (`FSP_INTAKE_PORT`), the flags (`--intake-port`), validation and
 * the reference in docs/configuration.md.
 */
export const configSchema = Type.Object({
  dataDir: text('./data', 'folder for the spool, the embedded ClickHouse and the tokens (0600)'),
  siteCode: Type.String({
    default: 'PS1',
    pattern: '^[A-Z0-9]{3}$',
    allowed: 'three capital letters or digits',
    description: 'site code that rows and roles carry',
  }),
  serverName: Type.String({
    default: hostname(),
    defaultText: 'host name',
    minLength: 1,
    maxLength: 253,
    allowed: 'a name of 1 to 253 characters',
    description: 'name of this fallback status point in rows and roles',
  }),
  intakeHost: text('0.0.0.0', 'address that clients post to'),
  intakePort: port(8080, 'port that clients post to; real sites use 80'),
  siteHttpPort: Type.Integer({
    default: 80,
    minimum: 1,
    maximum: 65_535,
    description:
      "HTTP port of the site, which its clients post to: another than the intake's needs something that leads there",
  }),
  trustedProxies: text(
    'loopback',
    "proxies whose X-Forwarded-For tells a client's address: names (loopback, linklocal, uniquelocal), addresses or networks, separated by commas; empty for none",
    0,
  ),
  intakeWorkers: Type.Integer({
    default: Math.min(8, Math.max(2, availableParallelism())),
    defaultText: 'the number of cores, from 2 to 8',
    minimum: 1,
    maximum: 64,
    description: 'threads that decode reports when they are large or many; one of them takes small ones only',
  }),
  managementHost: text('127.0.0.1', 'address of the management API'),
  managementPort: port(8081, 'port of the management API'),
  managementTlsCert: Type.String({
    default: '',
    defaultText: 'none: plain HTTP',
    allowed: 'path of a PEM file',
    description: 'certificate of the management API, with those that lead to its root; renewed files are taken up',
  }),
  managementTlsKey: Type.String({
    default: '',
    defaultText: 'none',
    allowed: 'path of a PEM file without password',
    description: 'private key of that certificate',
  }),
  adminToken: secret('token that may change; generated and kept in the data folder when not given', 16),
  viewerToken: secret('token that may read; generated and kept in the data folder when not given', 16),
  clickhouseUrl: Type.String({
    default: '',
    defaultText: 'none: embedded',
    pattern: '^$|^https?://[^/@,\\s]+/?(\\s*,\\s*(https?://)?[^/@,\\s]+/?)*$',
    allowed:
      'http(s)://host:port without user and password (those have settings of their own); several separated by commas',
    description:
      'a ClickHouse server to use instead of the embedded engine; of a cluster several servers, the nearest first: when one fails the next is used within seconds, and the first again once it works',
  }),
  clickhouseUser: text('default', 'user on that server; may create the database and write to it'),
  clickhousePassword: secret('password of that user', 0),
  clickhouseReaderUser: Type.String({
    default: '',
    defaultText: 'none',
    description:
      'account on that server for dashboards and for what people ask: it reads the database and nothing else; without it one is made where that user may, and else ad hoc SQL is off',
  }),
  clickhouseReaderPassword: secret('password of that account', 0),
  clickhouseCaFile: Type.String({
    default: '',
    defaultText: 'none',
    description: 'certificates (PEM) of the authority that signed that of ClickHouse, beside those that Node trusts',
  }),
  clickhouseDatabase: Type.String({
    default: 'fsp',
    pattern: '^[A-Za-z_][A-Za-z0-9_]{0,62}$',
    allowed: 'a name of letters, digits and underscores',
    description: 'database that holds everything',
  }),
  clickhouseCluster: Type.String({
    default: '',
    defaultText: 'none',
    pattern: '^$|^[A-Za-z_][A-Za-z0-9_.-]{0,62}$',
    allowed: "a cluster's name of letters, digits, underscores, dots and hyphens",
    description: 'cluster of that server: tables are made ON CLUSTER with Replicated engines',
  }),
  clickhouseQuorum: Type.String({
    default: 'auto',
    pattern: '^(auto|[1-9][0-9]?)$',
    allowed: 'auto, or a number from 1 to 99',
    description:
      'replicas that must have a message on disk before it leaves the spool; auto: more than half of them. Of two replicas that is both, so messages wait in the spool while one is away; 1 goes on with one, and loses what only that one had if its disk dies',
  }),
  retentionDays: Type.Integer({
    default: 365,
    minimum: 0,
    maximum: 36_500,
    description: 'days for which ClickHouse keeps messages, records of set-up logs and refused bodies; 0 keeps all',
  }),
  rawRetentionDays: Type.Integer({
    default: 30,
    minimum: 0,
    maximum: 36_500,
    description:
      'days for which it keeps the reports as they came (the column raw); 0 keeps them as long as their messages',
  }),
  embeddedClickhousePort: port(8123, 'port of the embedded ClickHouse, on loopback only'),
  throttleMessages: Type.Integer({
    default: 10_000,
    minimum: 100,
    maximum: 100_000,
    description: 'messages that may be passed on in one throttle interval',
  }),
  throttleInterval: Type.Integer({
    default: 3_600,
    minimum: 60,
    maximum: 86_400,
    description: 'throttle interval in seconds',
  }),
  throttleReserve: Type.Number({
    default: 0.2,
    minimum: 0,
    maximum: 0.9,
    description:
      'share of each interval that is kept for failed states until its end nears, so that none is late; nothing is kept in the order of arrival',
  }),
  throttleOrder: Type.Enum(['failures-first', 'arrival'], {
    default: 'failures-first',
    description: "which waiting messages go first: failed states, or by arrival as Microsoft's",
  }),
  collectLogs: Type.Enum(['off', 'on'], {
    default: 'off',
    description:
      'whether machines may bring their set-up logs to the intake, each with a token for that machine and one hour that an administrator gets on its page',
  }),
  setupLogs: Type.String({
    default: '',
    defaultText: 'none',
    description: 'logs to follow, files or folders, separated by commas: fspMSI.log, SMSFSPSetup.log and any other',
  }),
  setupLogsTimezone: Type.String({
    default: '',
    defaultText: 'none',
    allowed: 'a name such as Europe/Paris',
    description: 'time zone of the machine that writes them; those that tell no zone are taken as UTC without it',
  }),
  siteInbox: Type.String({
    default: '',
    defaultText: 'none',
    description:
      "folder that gets every admitted report as an .SMX file: the site server's inboxes/auth/statesys.box/incoming",
  }),
  otlpMaxLag: Type.Integer({
    default: 1_000_000,
    minimum: 10_000,
    maximum: 100_000_000,
    description:
      'messages that may wait for an OpenTelemetry endpoint that is away; beyond it the oldest are dropped and counted',
  }),
  logLevel: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], {
    default: 'info',
    description: "least severity of the server's own log",
  }),
});

export type Config = Type.Static<typeof configSchema>;
export type ConfigKey = keyof Config;

/** What the reference, the messages and the parsers need to know of one setting. */
export interface Setting {
  key: ConfigKey;
  env: string;
  /** The variable that names a file which holds the value; null where the value is no secret. */
  envFile: string | null;
  flag: string;
  description: string;
  allowed: string;
  default: string | number;
  defaultText: string;
  secret: boolean;
  number: boolean;
}

interface Annotations {
  type?: string;
  description: string;
  default: string | number;
  defaultText?: string;
  allowed?: string;
  secret?: boolean;
  minimum?: number;
  maximum?: number;
  enum?: readonly string[];
}

/** The settings in the order of the schema. */
export const settings: readonly Setting[] = Object.entries(configSchema.properties).map(([key, property]) => {
  const schema = property as unknown as Annotations;
  const snake = key.replace(/[A-Z]/g, (letter) => `_${letter}`);
  return {
    key: key as ConfigKey,
    env: `FSP_${snake.toUpperCase()}`,
    envFile: schema.secret === true ? `FSP_${snake.toUpperCase()}_FILE` : null,
    flag: `--${snake.toLowerCase().replaceAll('_', '-')}`,
    description: schema.description,
    allowed: allowedText(schema),
    default: schema.default,
    defaultText: schema.defaultText ?? String(schema.default),
    secret: schema.secret ?? false,
    number: schema.type === 'integer' || schema.type === 'number',
  };
});

function allowedText(schema: Annotations): string {
  if (schema.allowed !== undefined) return schema.allowed;
  if (schema.enum !== undefined) return schema.enum.join(' or ');
  if (schema.type === 'integer') return `a whole number from ${schema.minimum ?? 0} to ${schema.maximum ?? 0}`;
  if (schema.type === 'number') return `a number from ${schema.minimum ?? 0} to ${schema.maximum ?? 0}`;
  return 'a text';
}

function text(value: string, description: string, minLength = 1) {
  return Type.String({
    default: value,
    minLength,
    ...(minLength > 0 ? { allowed: 'a text that is not empty' } : {}),
    description,
  });
}

function port(value: number, description: string) {
  return Type.Integer({
    default: value,
    minimum: 0,
    maximum: 65_535,
    description: `${description}; 0 takes any free one`,
  });
}

function secret(description: string, minLength: number) {
  return Type.String({
    default: '',
    defaultText: 'none',
    secret: true,
    pattern: minLength > 0 ? `^$|^[\\x21-\\x7E]{${minLength},}$` : '^[^\\r\\n]*$',
    allowed: minLength > 0 ? `at least ${minLength} printable characters without spaces` : 'a text on one line',
    description,
  });
}
