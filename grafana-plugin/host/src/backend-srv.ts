import type { BackendSrvRequest, FetchResponse } from '@grafana/runtime';
import { isSessionOver, signedInAgain } from './session.js';
import { from, lastValueFrom, type Observable } from 'rxjs';

/** Grafana's BackendSrv over fetch: same answers and same errors, without its queue and its toasts. */
function fetchObservable<T>(options: BackendSrvRequest): Observable<FetchResponse<T>> {
  return from(send<T>(options));
}

async function send<T>(options: BackendSrvRequest): Promise<FetchResponse<T>> {
  const url = new URL(options.url, location.origin);
  for (const [name, value] of Object.entries((options.params ?? {}) as Record<string, string | number | undefined>))
    if (value !== undefined) url.searchParams.set(name, String(value));
  const hasBody = options.data !== undefined;
  // As Grafana's: JSON unless the caller says otherwise, and a file as it is.
  const headers = new Headers(options.headers as Record<string, string> | undefined);
  if (hasBody && !headers.has('content-type')) headers.set('content-type', 'application/json');
  const answer = await fetch(url, {
    method: options.method ?? 'GET',
    headers,
    body: options.data instanceof Blob ? options.data : hasBody ? JSON.stringify(options.data) : undefined,
    signal: options.abortSignal,
  }).catch((error: unknown) => {
    // As Grafana's: a request that never came back has status 0.
    throw Object.assign(new Error(String(error)), { status: 0, statusText: '', data: {}, config: options });
  });
  if (isSessionOver(answer)) {
    await signedInAgain();
    return send(options);
  }
  const text = await answer.text();
  let data: unknown = text;
  try {
    data = text === '' ? undefined : JSON.parse(text);
  } catch {
    // Not JSON: the text itself is the answer.
  }
  const { status, statusText, ok, redirected, type } = answer;
  if (!ok) throw Object.assign(new Error(statusText), { status, statusText, data, config: options });
  return {
    data: data as T,
    status,
    statusText,
    ok,
    headers: answer.headers,
    redirected,
    type,
    url: url.href,
    config: options,
  };
}

const verb = (method: string) => async (url: string, payload?: unknown, options?: Partial<BackendSrvRequest>) => {
  const carried = method === 'GET' ? { params: payload as Record<string, unknown> } : { data: payload };
  return (await send({ ...options, url, method, ...carried })).data;
};

export const backendSrv = {
  fetch: fetchObservable,
  datasourceRequest: (options: BackendSrvRequest) => lastValueFrom(fetchObservable(options)),
  request: async (options: BackendSrvRequest) => (await send(options)).data,
  get: verb('GET'),
  post: verb('POST'),
  put: verb('PUT'),
  patch: verb('PATCH'),
  delete: verb('DELETE'),
};
