import { read } from './http.js';

/** What the server says of itself: `GET /api/v1/status`. Times are milliseconds since 1970. */
export interface ServerStatus {
  server: { name: string; siteCode: string; version: string };
  intake: { takingMessages: boolean };
  role: { version: number; removed: boolean; changedAt: number; changedBy: string } | null;
  spool: { waiting: number; oldestWaitingAt: number | null };
  throttle: ThrottleStatus;
  clickhouse: { state: string; prepared: boolean };
  sinks: { sink: string; lag: number; lastError: { message: string } | null }[];
}

export interface ThrottleStatus {
  messageLimit: number;
  intervalSeconds: number;
  windowStart: number;
  used: number;
  waiting: number;
  oldestWaitingAt: number | null;
  expectedClearanceAt: number | null;
}

export const getStatus = () => read<ServerStatus>('status');
