import Type from 'typebox';
import { FspError } from '../errors.js';
import { limits, serverKey, type RoleConfiguration } from './role.js';

/**
 * The embedded properties of a role as WMI exports them: objects of `SMS_SCI_SysResUse` converted to JSON
 * (`Get-CimInstance -Namespace root/SMS/site_PS1 SMS_SCI_SysResUse | ConvertTo-Json -Depth 4`).
 */
export const sysResUseSchema = Type.Object({
  RoleName: Type.String(),
  NetworkOSPath: Type.Optional(Type.String()),
  SiteCode: Type.Optional(Type.String()),
  Props: Type.Array(
    Type.Object({
      PropertyName: Type.String(),
      Value: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
      Value1: Type.Optional(Type.Union([Type.String(), Type.Null()])),
      Value2: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    }),
  ),
});

export type SysResUse = Type.Static<typeof sysResUseSchema>;

/**
 * A role exported from Configuration Manager. Its throttle interval is in milliseconds there (domain/fsp.md).
 * @throws FspError FSP_REQUEST_INVALID where it is another role
 */
export function roleFromSysResUse(exported: SysResUse): RoleConfiguration {
  if (exported.RoleName !== 'SMS Fallback Status Point') {
    throw new FspError(
      'FSP_REQUEST_INVALID',
      `The role that was exported is ${JSON.stringify(exported.RoleName.slice(0, 80))}; export the one with RoleName "SMS Fallback Status Point"`,
    );
  }
  const property = (name: string) =>
    exported.Props.find(({ PropertyName }) => PropertyName.toLowerCase() === name.toLowerCase());
  const text = (name: string) => {
    const found = property(name);
    return found?.Value2 || found?.Value1 || '';
  };
  const remote = text('Server Remote Name').toLowerCase();
  const server = serverKey(exported.NetworkOSPath?.replaceAll('\\', '') || remote);
  const internet = property('FSPInternetFacing')?.Value === 1;
  const publicName = text('Server Remote Public Name').toLowerCase();
  return {
    serverName: server,
    siteCode: exported.SiteCode ?? '',
    intranetFqdn: remote.includes('.') ? remote : '',
    internetFqdn: internet ? publicName : '',
    internetClients: internet,
    installationAccount: text('UserName') || null,
    messageCount: property('Throttle Count')?.Value ?? limits.messageCount.default,
    throttleIntervalSeconds: Math.round(
      (property('Throttle Interval')?.Value ?? limits.throttleIntervalSeconds.default * 1000) / 1000,
    ),
    // Configuration Manager knows none.
    throttleReserve: limits.throttleReserve.default,
    otherRoles: [],
  };
}
