/**
 * An address as it may be shown: what stands before an @, and in a query, may be a password. So it is where a scheme is
 * missing, or a slash in the password keeps it from being read as an address.
 */
export function shownAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const scheme = /^[a-z]{1,10}:\/\//i.exec(address)?.[0] ?? '';
  const shown = at < 0 || !address.slice(0, at).includes(':') ? address : `${scheme}***${address.slice(at)}`;
  const query = shown.indexOf('?');
  if (query < 0 || !(shown.includes('://') || shown.includes('=', query))) return shown;
  return query === shown.length - 1 ? shown : `${shown.slice(0, query)}?***`;
}
