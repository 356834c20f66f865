import { asAdmin, read } from './http.js';

/** A list of machines that are expected, as `GET /api/v1/expected` gives it. */
export interface ExpectedList {
  list: string;
  machines: number;
  loads: number;
  fileName: string;
  by: string;
  /** Milliseconds since 1970. */
  at: number;
}

export interface LoadedList {
  machines: number;
  disabled: number;
  repeated: number;
  unreadable: { rows: number; examples: { row: number; text: string }[] };
}

export const expectedLists = async () => (await read<{ lists: ExpectedList[] }>('expected')).lists;

/** Loads a file as a list. What cannot be read changes nothing. @throws ApiError */
export async function loadList(file: File, list: string, mode: 'replace' | 'merge'): Promise<LoadedList> {
  const query = new URLSearchParams({ list, mode, name: file.name }).toString();
  const headers = { 'Content-Type': 'application/octet-stream' };
  return (await asAdmin<LoadedList>(`expected?${query}`, { method: 'POST', data: file, headers })).data;
}

export const removeList = (list: string) => asAdmin(`expected?list=${encodeURIComponent(list)}`, { method: 'DELETE' });
