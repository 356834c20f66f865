import type { Spool } from '../spool/spool.js';
import { createThrottle, type Throttle } from '../throttle/throttle.js';
import type { Ground } from './ground.js';

/** The throttle as the settings have it, until a role says otherwise. */
export function buildThrottle({ config, telemetry, logger, closers }: Ground, spool: Spool): Throttle {
  const throttle = createThrottle({
    spool,
    settings: {
      messageLimit: config.throttleMessages,
      intervalSeconds: config.throttleInterval,
      reserve: config.throttleReserve,
      order: config.throttleOrder,
    },
    logger,
    onAdmitted: (count) => {
      telemetry.metrics.throttleProcessed.add(count);
    },
  });
  return closers.keep('ground', 'throttle', throttle, (one) => one.stop());
}
