import { lookup } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const patienceMs = 2_000;

/** Whether a name can be resolved from here, by DNS or the hosts file; a resolver that does not answer in time says no. */
export async function resolves(name: string): Promise<boolean> {
  const found = lookup(name).then(
    () => true,
    () => false,
  );
  return Promise.race([found, sleep(patienceMs, false, { ref: false })]);
}
