import { getBackendSrv, isFetchError } from '@grafana/runtime';
import { lastValueFrom } from 'rxjs';
import { pluginId } from '../constants.js';
import type { Finding } from './roles.js';

/** A request that the server, or something before it, refused. */
export class ApiError extends Error {
  constructor(
    /** HTTP status; 0 where no answer came. */
    readonly status: number,
    /** Stable code of the server's catalogue of errors; '' where the answer is not the server's. */
    readonly code: string,
    message: string,
    readonly findings: Finding[] = [],
  ) {
    super(message);
  }
}

interface Answer<T> {
  data: T;
  headers: Headers;
}

interface Change {
  method: 'POST' | 'PUT' | 'DELETE';
  data?: unknown;
  headers?: Record<string, string>;
}

/** Reads from the server, through the route that any viewer may use. @throws ApiError */
export async function read<T>(path: string): Promise<T> {
  return (await send<T>(`read/${path}`, { method: 'GET' })).data;
}

/** Asks for what only administrators may do. @throws ApiError */
export async function asAdmin<T>(path: string, change: Change): Promise<Answer<T>> {
  return send<T>(`admin/${path}`, change);
}

async function send<T>(path: string, options: Omit<Change, 'method'> & { method: string }): Promise<Answer<T>> {
  try {
    const url = `/api/plugin-proxy/${pluginId}/${path}`;
    const { data, headers } = await lastValueFrom(
      getBackendSrv().fetch<T>({ url, showErrorAlert: false, showSuccessAlert: false, ...options }),
    );
    return { data, headers };
  } catch (error) {
    throw apiError(error);
  }
}

function apiError(error: unknown): ApiError {
  if (!isFetchError<Partial<{ code: string; title: string; message: string; findings: Finding[] }> | null>(error))
    return new ApiError(0, '', (error as Error).message);
  const { code = '', title, message, findings } = error.data ?? {};
  return new ApiError(
    error.status,
    code,
    title ?? message ?? (error.statusText || (error.status === 0 ? '' : String(error.status))),
    findings,
  );
}
