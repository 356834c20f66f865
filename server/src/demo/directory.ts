import { pastMessages } from './history.js';

/** What the demonstration's administrators take care of: downloads that break off. */
export const acknowledgedCause = '800/309/0x80072EFE';
/** Machines that the directory has and that never said a word. */
const silentMachines = 46;

/** The machines of the demonstration's directory as `Get-ADComputer … | Export-Csv` writes them. */
export function directoryExport(now: number): string {
  const heard = [...new Set(pastMessages(now).map(({ message }) => message.name))].sort();
  const silent = Array.from(
    { length: silentMachines },
    (_, index) => `${['OSL', 'OSL', 'OSL', 'BER', 'PAR'][index % 5]}-PC${70_001 + index}`,
  );
  const day = (before: number) => new Date(now - before * 86_400_000).toISOString().slice(0, 10);
  const rows = [...heard, ...silent].map((name, index) => {
    const site = { PAR: 'Paris', LYO: 'Lyon', BER: 'Berlin', OSL: 'Oslo' }[name.slice(0, 3)] ?? 'Other';
    const isSilent = index >= heard.length;
    const logon = day(isSilent && index % 3 === 0 ? 140 + index : index % 12);
    return [
      `CN=${name},OU=${site},OU=Workstations,DC=contoso,DC=com`,
      `${name.toLowerCase()}.contoso.com`,
      'True',
      name,
      index % 4 === 0 ? 'Windows 10 Enterprise' : 'Windows 11 Enterprise',
      logon,
    ];
  });
  const header = ['DistinguishedName', 'DNSHostName', 'Enabled', 'Name', 'OperatingSystem', 'LastLogonDate'];
  return [header, ...rows].map((cells) => cells.map((cell) => `"${cell}"`).join(',')).join('\r\n');
}
