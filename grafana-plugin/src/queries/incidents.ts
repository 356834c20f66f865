import { incidentsInRange, stillFails } from '../../../dashboards/src/clickhouse.js';
import { commonAmongSql, failsAtDeployment } from '../../../dashboards/src/common.js';
import type { Language } from '../../../dashboards/src/language.js';
import type { Property } from '../../../server/src/clickhouse/views/compared.js';
import { fleetConditions, messageConditions, narrowings, type Chosen } from './chosen.js';
import { literal, where } from './sql.js';

/** A cause that bursts in one site, or that is new, as the view `incidents` has it. */
export interface Incident {
  site_code: string;
  cause: string;
  topic_type: number;
  state_id: number;
  state_text: string;
  error_code: string;
  error_text: string;
  begin: number;
  /** null while it goes on. */
  end: number | null;
  clients: number;
  /** JSON of {@link Suspect}. */
  in_common: string;
  is_new: number;
}

/** A value that sets the clients of an incident apart from the others of their site. */
export interface Suspect {
  property: Exclude<Property, 'site' | 'hour' | 'error'>;
  value: string;
  share_of_failed: number;
  share_of_others: number;
}

export const suspectsOf = ({ in_common }: Pick<Incident, 'in_common'>) => JSON.parse(in_common) as Suspect[];

/** Incidents of what is chosen: what only clients have, one of those that fail so in the time must have. */
export const incidentsSql = (chosen: Chosen) => {
  const oneOf = (column: string, values: string[]) =>
    values.length > 0 && `${column} IN (${values.map(literal).join(', ')})`;
  const ofClients = narrowings.some((key) => !['site', 'cause', 'error'].includes(key) && chosen[key].length > 0);
  return `SELECT * EXCEPT in_common, toJSONString(in_common) AS in_common
FROM ${incidentsInRange}
WHERE ${where([
    oneOf('site_code', chosen.site),
    oneOf('cause', chosen.cause),
    oneOf('error_code', chosen.error),
    ofClients &&
      `(site_code, cause) IN (SELECT site_code, cause FROM client_messages WHERE ${where(["outcome = 'failed'", ...messageConditions({ ...chosen, clock: 'received' })])})`,
  ])}
ORDER BY end IS NULL DESC, begin DESC, clients DESC LIMIT 50`;
};

/** A value that clients that fail have more often than the others. */
export interface Common {
  property_key: Property;
  property: string;
  value: string;
  failed_clients: number;
  share_of_failed: number;
  share_of_others: number;
  /** How many times more often; null where none of the others has it. */
  lift: number | null;
}

/**
 * Errors and causes choose who counts as failed, and not who is compared; where they do, that those share an error says
 * nothing.
 */
export const commonSql = (chosen: Chosen, language: Language) => {
  const { cause, error } = chosen;
  return commonAmongSql(language, {
    among: where(fleetConditions({ ...chosen, error: [] })),
    fails: where([
      cause.length > 0 ? stillFails(`cause IN (${cause.map(literal).join(', ')})`) : failsAtDeployment,
      error.length > 0 && `last_error_code IN (${error.map(literal).join(', ')})`,
    ]),
    without: cause.length + error.length > 0 ? ['error'] : [],
  });
};
