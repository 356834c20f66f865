/** What Grafana's ClickHouse data source keeps of a query (its version 4.20). */
export interface ClickHouseQuery {
  refId: string;
  datasource: { type: string; uid: string };
  pluginVersion: string;
  editorType: 'sql';
  rawSql: string;
  /** 0 time series, 1 table, 2 logs. */
  format: number;
  queryType: 'timeseries' | 'table' | 'logs';
}

export const dataSource = { type: 'grafana-clickhouse-datasource', uid: '${datasource}' };

const formats = { timeseries: 0, table: 1, logs: 2 } as const;

/** A query as a builder of the foundation SDK: anything with `build()` is one. */
export function query(sql: string, queryType: ClickHouseQuery['queryType'] = 'table', refId = 'A') {
  const built: ClickHouseQuery = {
    refId,
    datasource: dataSource,
    pluginVersion: '4.20.0',
    editorType: 'sql',
    rawSql: sql.trim(),
    format: formats[queryType],
    queryType,
  };
  return { build: () => built as never };
}

/** A text of ours as a literal. */
export const literal = (text: string) => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;

/**
 * The value of a variable, whatever it is. Grafana's own way to quote (`sqlstring`) doubles quotes and leaves
 * backslashes, which end a text in ClickHouse's SQL too (`\'`), and the data source quotes nothing. Percent-encoding
 * leaves letters, digits and `-_.~%` only.
 */
export const valueOf = (name: string) => `decodeURLComponent('\${${name}:percentencode}')`;

/** Values of a variable that takes several, each encoded for itself: `v=one&v=two`. */
const valuesOf = (name: string) =>
  `arrayMap(v -> decodeURLComponent(substring(v, 3)), splitByChar('&', '\${${name}:customqueryparam:v}'))`;

export const isOneOf = (expression: string, name: string) => `has(${valuesOf(name)}, toString(${expression}))`;
/** That an expression is one of the values that are chosen; all of them add no condition. */
const isChosen = (expression: string, name: string) => `$__conditionalAll(${isOneOf(expression, name)}, $${name})`;

/** That a moment lies in the time range. */
export const inRange = (moment: string) => `${moment} >= $__fromTime AND ${moment} <= $__toTime`;

/** Begin of the chart's interval that a moment lies in. */
export const intervalOf = (moment: string) => `toStartOfInterval(toDateTime(${moment}), INTERVAL $__interval_s SECOND)`;

/** Which clock orders and narrows down: ours, at receipt, unless the client's is chosen. */
const byClock = (receipt: string, client: string) => `if(${valueOf('clock')} = 'client', ${client}, ${receipt})`;
/** Time of a message. */
export const at = byClock('received_at', 'message_time');
/** When a client was first heard of, by its own clock: by the offset of its newest hour, and not after its newest message. */
export const firstByClient = 'least(first_received_at + toIntervalSecond(clock_offset_seconds), last_message_time)';
/** Times of a client's first and newest message. */
const firstAt = byClock('first_received_at', firstByClient);
const lastAt = byClock('last_received_at', 'last_message_time');

/** Receivers that are chosen. */
export const chosenServers = isChosen('fsp_server', 'server');

/** Sites that are chosen. */
const chosenSites = isChosen('site_code', 'site');

/** Clients of what is chosen, whenever they were heard of. */
export const fleetChosen = [chosenSites, isChosen('client_version', 'version'), isChosen('subnet', 'subnet')].join(
  ' AND ',
);

/** Messages of the time range and of what is chosen; where a dashboard has that variable, of the causes that are. */
export const messagesInRange = (more: 'causes' | 'any cause' = 'any cause') =>
  `${inRange(at)} AND ${fleetChosen}${more === 'causes' ? ` AND ${isChosen('cause', 'cause')}` : ''}`;
/**
 * That a client was heard of by the end of the time range, and not only before it: what was heard since hides nobody. By
 * the times of its first and its newest message, for the app's pages too.
 */
export const heardBetween = (first: string, last: string) => `${first} <= $__toTime AND ${last} >= $__fromTime`;
export const heardInRange = heardBetween(firstAt, lastAt);
/** Clients of the time range, of what is chosen, as they stand now. */
export const clientsInRange = `${heardInRange} AND ${fleetChosen}`;
/** That a client's newest word is of a cause that is chosen. */
export const ofChosenCause = isChosen('cause', 'cause');
/** Clients whose newest word on something is a failure of a cause, whatever it is on. */
export const stillFails = (ofCause: string) =>
  `client_key IN (SELECT client_key FROM newest_words WHERE outcome = 'failed' AND ${ofCause})`;
/** A condition where no cause is chosen; else the clients that still fail by one of those. */
export const unlessCauseChosen = (condition: string) =>
  `($__conditionalAll(0, $cause) AND ${condition} OR NOT $__conditionalAll(NOT ${stillFails(isOneOf('cause', 'cause'))}, $cause))`;
/** Of a cause in a site, that clients of a version and a network that are chosen said it in the time range. */
const saidByChosen = (column: string, name: string) =>
  `$__conditionalAll((site_code, cause) IN (SELECT site_code, cause FROM client_messages WHERE outcome = 'failed' AND ${inRange('received_at')} AND ${isOneOf(column, name)}), $${name})`;
/**
 * Incidents of the time range. ClickHouse writes a parameter down as a text, in its own zone or in that of the session; the
 * view reads it in UTC.
 */
export const incidentsInRange = `incidents(since = toTimeZone($__fromTime, 'UTC'), until = toTimeZone($__toTime, 'UTC'))`;
/** Incidents of what is chosen: one of the clients that fail so in the time must be of it. */
export const incidentsChosen = [
  chosenSites,
  ofChosenCause,
  saidByChosen('client_version', 'version'),
  saidByChosen('subnet', 'subnet'),
].join(' AND ');
/** Deployments begun, without an end for so many hours. Who is stuck is silent: no time range narrows it down. */
export const stuckForHours = (hours: string) => `stuck_since < now() - toIntervalHour(${hours})`;
/** For as many hours as chosen. */
export const stuckFor = stuckForHours(`toUInt32OrDefault(${valueOf('stuck')}, toUInt32(24))`);
