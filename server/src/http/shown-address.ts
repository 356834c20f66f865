/** An address as it may be shown: what stands before an @, and in a query, may be a password. */
export function shownAddress(address: string): string {
  return address.replace(/\/\/[^/]*@/g, '//***@').replace(/(:\/\/[^?]*\?).+$/s, '$1***');
}
