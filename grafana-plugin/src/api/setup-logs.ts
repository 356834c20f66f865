import { asAdmin, read } from './http.js';

/** Logs that the server follows. */
export interface FollowedLogs {
  followed: { file: string; offset: number; records: number }[];
  /** Those that were added here, and can be removed. */
  added: string[];
  usualPlaces: { log: string; path: string }[];
}

export const followedLogs = () => read<FollowedLogs>('setup-logs');

/** Follows one more log, at once; a file that is not there yet once it is. */
export async function followLog(path: string): Promise<FollowedLogs> {
  return (await asAdmin<FollowedLogs>('setup-logs', { method: 'POST', data: { path } })).data;
}

export async function unfollowLog(path: string): Promise<FollowedLogs> {
  const query = `setup-logs?path=${encodeURIComponent(path)}`;
  return (await asAdmin<FollowedLogs>(query, { method: 'DELETE' })).data;
}

/** Imports one log of a machine, as `fsp import` does. */
export async function uploadLog(file: File, host: string): Promise<{ records: { added: number; known: number } }> {
  const query = `setup-logs/upload?name=${encodeURIComponent(file.name)}&host=${encodeURIComponent(host)}`;
  const headers = { 'Content-Type': 'application/octet-stream' };
  const change = { method: 'POST', data: file, headers } as const;
  return (await asAdmin<{ records: { added: number; known: number } }>(query, change)).data;
}
