import { asAdmin, read } from './http.js';

/** An entry that a destination refuses for good, as `GET /api/v1/quarantine` gives it. */
export interface QuarantinedEntry {
  id: string;
  sink: string;
  /** Milliseconds since 1970. */
  at: number;
  kind: string;
  code: string;
  reason: string;
  bytes: number;
}

export const getQuarantine = async () => (await read<{ entries: QuarantinedEntry[] }>('quarantine')).entries;

export interface RetryResult {
  id: string;
  delivered: boolean;
  reason: string;
}

/** Entries that one request sends again: a destination that does not answer takes ten seconds and more for each. */
const atOnce = 4;

/** Sends entries again; those of a request that fails, and all behind it, stay. */
export async function retryEntries(ids: readonly string[]): Promise<RetryResult[]> {
  const results: RetryResult[] = [];
  for (let from = 0; from < ids.length; from += atOnce) {
    const data = { ids: ids.slice(from, from + atOnce) };
    const answer = await asAdmin<{ results: RetryResult[] }>('quarantine/retry', { method: 'POST', data });
    results.push(...answer.data.results);
  }
  return results;
}

/** Forgets entries for good. @throws ApiError */
export const dropEntries = (ids: string[]) => asAdmin('quarantine/drop', { method: 'POST', data: { ids } });
