import { DiskWatch } from '../health/disk-watch.js';
import { LoopDelay } from '../health/event-loop.js';
import { NameWatch } from '../health/name-watch.js';
import type { Store } from '../store.js';
import type { Ground } from './ground.js';

/** Who else has our name, how full the disks are, and how late this process is. */
export interface Watches {
  names: NameWatch;
  disks: DiskWatch;
  loopDelay: LoopDelay;
}

/** Whoever looks at what this receiver stands on, and says where it gives way. */
export function buildWatches({ config, dataDir, instance, startedAt, logger, closers }: Ground, store: Store): Watches {
  const { client } = store;
  const database = config.clickhouseDatabase;
  const names = new NameWatch({ instance, startedAt, client, database, prepare: () => store.prepare(), logger });
  const disks = new DiskWatch({ dataDir, client, database, logger });
  return {
    names: closers.keep('work', 'name', names, (one) => one.stop()),
    disks: closers.keep('work', 'disks', disks, (one) => {
      one.stop();
    }),
    loopDelay: closers.keep('work', 'event loop', new LoopDelay(), (one) => {
      one.stop();
    }),
  };
}
