/** A machine, and what its client is told at the installation. */
export interface Target {
  name: string;
  /** Properties of client.msi: `SMSSITECODE=PS1 FSP=fsp01.contoso.com`. */
  properties: string;
}

/** Text within single quotes of PowerShell. */
const quoted = (text: string) => `'${text.replaceAll(/['‘’‚‛]/g, '$&$&').replaceAll(/[\r\n]+/g, ' ')}'`;

/** The properties that a client of a site is installed with. */
export const propertiesOf = (siteCode: string, fsp: string) => `SMSSITECODE=${siteCode} FSP=${fsp}`;

/** On the machine itself, as an administrator: ccmsetup lies where the first try put it. */
export const ccmsetupCommand = (properties: string) => `%windir%\\ccmsetup\\ccmsetup.exe ${properties}`;

/** From elsewhere, by PowerShell remoting: a line for each set of properties, with all of its machines. */
export function retryCommands(targets: readonly Target[]): string[] {
  const byProperties = new Map<string, string[]>();
  for (const { name, properties } of targets)
    byProperties.set(properties, [...(byProperties.get(properties) ?? []), name]);
  return [...byProperties].map(
    ([properties, names]) =>
      `Invoke-Command -ComputerName ${names.map(quoted).join(',')} -ScriptBlock { & "$env:windir\\ccmsetup\\ccmsetup.exe" ${properties} }`,
  );
}

const logs = ['ccmsetup\\Logs\\ccmsetup.log', 'ccmsetup\\Logs\\client.msi.log'];

/** Where the logs of an installation lie, as an administrator reaches them over the network. */
export const logPaths = (name: string) => logs.map((log) => `\\\\${name.replaceAll(/[\r\n]+/g, ' ')}\\admin$\\${log}`);
