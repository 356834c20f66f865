import { literal } from './sql.js';

/** Messages that arrived within one step of time. */
export interface Arrivals {
  time: number;
  messages: number;
}

/** Days of traffic that a throttle is tried on. */
export const trafficDays = 7;
/** Length of one step. */
const stepSeconds = 300;

/** What arrived at a server in the last days, in steps. */
export function arrivalsSql(server: string): string {
  return `SELECT toStartOfInterval(received_at, INTERVAL ${stepSeconds} SECOND) AS time, count() AS messages
FROM state_messages
WHERE received_at >= now() - INTERVAL ${trafficDays} DAY AND upperUTF8(splitByChar('.', toString(fsp_server))[1]) = ${literal(server)}
GROUP BY time
ORDER BY time`;
}
