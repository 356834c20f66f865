import { isIP } from 'node:net';

/** A machine's short name in capitals, by which it is known, and its full name where NetBIOSName holds that; else ''. */
export function namesOf(netbiosName: string): { short: string; full: string } {
  const qualified = netbiosName.includes('.') && isIP(netbiosName) === 0;
  return qualified
    ? { short: netbiosName.slice(0, netbiosName.indexOf('.')).toUpperCase(), full: netbiosName }
    : { short: netbiosName.toUpperCase(), full: '' };
}
