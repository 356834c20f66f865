/** An address as it may be shown: what stands before an @, and in a query, may be a password. */
export function shownAddress(address: string): string {
  const shown = address.replace(/\/\/[^/]*@/g, '//***@');
  const scheme = shown.indexOf('://');
  const query = scheme < 0 ? -1 : shown.indexOf('?', scheme);
  return query < 0 || query === shown.length - 1 ? shown : `${shown.slice(0, query + 1)}***`;
}
