import { FspError } from '../../errors.js';

/** Whether the zone database has a zone of this name, in any case. */
export function isZone(zone: string): boolean {
  return spelled(zone) !== null;
}

/**
 * @returns the name as the zone database spells it
 * @throws FspError FSP_USAGE where there is no such zone
 */
export function checkZone(zone: string): string {
  const name = spelled(zone);
  if (name === null)
    throw new FspError(
      'FSP_USAGE',
      `There is no time zone ${JSON.stringify(zone.slice(0, 60))}; give a name such as Europe/Paris, America/New_York or UTC`,
    );
  return name;
}

function spelled(zone: string): string | null {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}
