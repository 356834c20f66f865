import { asAdmin, read } from './http.js';

/** A line of PowerShell that brings the set-up logs of one machine, for an hour. */
export interface Leave {
  machine: string;
  command: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

export const collectEnabled = async () => (await read<{ enabled: boolean }>('collect')).enabled;

/** @throws ApiError */
export const leaveFor = async (machine: string) =>
  (await asAdmin<Leave>('collect', { method: 'POST', data: { machine } })).data;
