/**
 * True where the first segment of a request's target is `SMS_FSP` in any case: real clients post to
 * `/SMS_FSP/.sms_fsp`, but only the folder's name is sure (domain/fsp.md, The wire). Takes queries, percent-encodings,
 * repeated slashes and the absolute form that proxies send.
 */
export function isIntakePath(target: string | undefined): boolean {
  const segment = /^(?:https?:\/\/[^/?#]*)?\/+([^/?#]*)/i.exec(target ?? '')?.[1] ?? '';
  try {
    return decodeURIComponent(segment).toUpperCase() === 'SMS_FSP';
  } catch {
    return false;
  }
}
