import { t } from '@grafana/i18n';
import { largestUpload } from '../../../server/src/import/largest-upload.js';
import type { NotRead } from '../open-logs/protocol.js';
import { ApiError, asAdmin, read } from './http.js';

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

/** What became of a log that was imported. */
export interface TakenLog {
  records: { added: number; known: number };
  /** Logs of no known format, taken as plain text. */
  plain: string[];
  /** Files of a zip that were not taken. */
  refused: NotRead[];
  /** What ClickHouse would not take. */
  failed: { path: string; reason: string }[];
}

/** Imports one log of a machine, as `fsp import` does. @throws ApiError */
export async function uploadLog(file: File, host: string): Promise<TakenLog> {
  // The server would hang up in the midst of it.
  if (file.size > largestUpload)
    throw new ApiError(
      413,
      'FSP_REQUEST_INVALID',
      t('drop.too-large', 'It is larger than {{most}} MB, which is the most that is taken here; fsp import takes it', {
        most: largestUpload / 1024 / 1024,
      }),
    );
  const query = `setup-logs/upload?name=${encodeURIComponent(file.name)}&host=${encodeURIComponent(host)}`;
  const headers = { 'Content-Type': 'application/octet-stream' };
  const change = { method: 'POST', data: file, headers } as const;
  return (await asAdmin<TakenLog>(query, change)).data;
}
