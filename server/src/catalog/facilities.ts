/** Facilities of an HRESULT, by number: winerror.h, [MS-ERREF] 2.1.1, and those that only the products themselves use. */
const facilities: Readonly<Record<number, string>> = {
  0: 'COM',
  1: 'RPC',
  2: 'Automation (IDispatch)',
  3: 'Storage',
  4: 'Interfaces (ITF), WMI and Task Scheduler',
  7: 'Win32',
  8: 'Windows',
  9: 'Security (SSPI, CryptoAPI)',
  10: 'Control',
  11: 'Certificates',
  12: 'Internet Explorer',
  13: 'Media',
  14: 'Message Queuing',
  15: 'Setup, CBS and drivers',
  16: 'Smart cards',
  17: 'COM+',
  19: '.NET',
  24: 'Device management enrolment (MDM)',
  25: 'HTTP',
  31: 'Filter manager',
  32: 'BITS',
  36: 'Windows Update',
  38: 'Graphics',
  40: 'TPM services',
  41: 'TPM software',
  48: 'Performance logs',
  49: 'BitLocker',
  80: 'Windows Defender',
  208: 'Delivery Optimization',
  2000: 'Configuration Manager client',
  2001: 'Device management (OMA-DM, Intune)',
  2002: 'Configuration Manager site',
};

/** The part of an HRESULT that tells where it comes from. */
export interface Facility {
  number: number;
  /** '' where nobody says whose number it is. */
  name: string;
}

/** The facility of an HRESULT: bits 16 to 26. */
export function facilityOf(hresult: number): Facility {
  const number = Math.floor(hresult / 0x1_0000) % 0x800;
  return { number, name: facilities[number] ?? '' };
}
