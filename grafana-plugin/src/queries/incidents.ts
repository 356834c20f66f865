import { commonAmongSql } from '../../../dashboards/src/common.js';
import { textLanguage } from '../catalog/errors.js';
import { fleetConditions, type Chosen } from './chosen.js';
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
  /** What most of its clients share. */
  suspects: string;
  is_new: number;
}

export const incidentsSql = ({ site }: Chosen) => `SELECT * FROM incidents(since = $__fromTime, until = $__toTime)
WHERE ${where([site.length > 0 && `site_code IN (${site.map(literal).join(', ')})`])}
ORDER BY end IS NULL DESC, begin DESC, clients DESC LIMIT 50`;

/** A value that clients that fail have more often than the others. */
export interface Common {
  property_key: 'site' | 'subnet' | 'version' | 'receiver' | 'user' | 'name' | 'hour';
  property: string;
  value: string;
  failed_clients: number;
  share_of_failed: number;
  share_of_others: number;
  /** How many times more often; null where none of the others has it. */
  lift: number | null;
}

export const commonSql = (chosen: Chosen) =>
  commonAmongSql(textLanguage(), {
    among: where(fleetConditions(chosen)),
    fails: where([
      "outcome = 'failed'",
      chosen.cause.length > 0 && `cause IN (${chosen.cause.map(literal).join(', ')})`,
    ]),
  });
