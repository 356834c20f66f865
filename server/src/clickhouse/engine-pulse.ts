import { setTimeout as sleep } from 'node:timers/promises';

/** How often the engine is asked whether it lives, and how long it may take to say so, in milliseconds. */
const pulseMs = 30_000;
/** So often in a row. A machine that was suspended, or has too much to do for a minute, is no engine that hangs. */
const mostMissed = 5;

/**
 * Whether a running engine came to hang: its process is there, takes connections and says nothing for minutes, and would
 * for ever. Asked by `/ping`, which needs neither account nor disk, and which a busy engine answers too.
 * @param ended aborted when the engine ends by itself, or is to
 * @returns true as soon as it hangs, false when it has ended
 */
export async function comesToHang(url: string, ended: AbortSignal, everyMs = pulseMs): Promise<boolean> {
  for (let missed = 0; missed < mostMissed;) {
    await sleep(everyMs, undefined, { signal: ended }).catch(() => undefined);
    if (ended.aborted) return false;
    missed = (await lives(url, everyMs)) ? 0 : missed + 1;
  }
  return !ended.aborted;
}

async function lives(url: string, withinMs: number): Promise<boolean> {
  try {
    // A connection that stays open would keep the engine from ending when it is to.
    const headers = { connection: 'close' };
    const answer = await fetch(`${url}/ping`, { headers, signal: AbortSignal.timeout(withinMs) });
    await answer.text();
    return answer.ok;
  } catch {
    return false;
  }
}
