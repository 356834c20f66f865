import { asAdmin } from './http.js';

/** A failure that somebody takes care of: of one client, or, with an empty name, of all with the cause. */
export interface FailureKey {
  cause: string;
  clientName: string;
}

/** Says that somebody takes care of it, until a moment in milliseconds since 1970. @throws ApiError */
export const acknowledge = (failure: FailureKey, note: string, until: number) =>
  asAdmin('acknowledgements', { method: 'POST', data: { ...failure, note, until } });

/** Takes that back. @throws ApiError */
export const withdraw = (failure: FailureKey) =>
  asAdmin('acknowledgements/withdraw', { method: 'POST', data: failure });
