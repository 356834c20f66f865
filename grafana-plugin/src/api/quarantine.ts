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

/** Sends entries again, each to the destination that refused it. @throws ApiError */
export const retryEntries = async (ids: string[]) =>
  (await asAdmin<{ results: RetryResult[] }>('quarantine/retry', { method: 'POST', data: { ids } })).data.results;

/** Forgets entries for good. @throws ApiError */
export const dropEntries = (ids: string[]) => asAdmin('quarantine/drop', { method: 'POST', data: { ids } });
