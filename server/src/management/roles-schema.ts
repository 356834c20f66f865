import Type from 'typebox';
import { roleInputSchema } from '../roles/role.js';
import { testPostTexts, type TestPostVerdict } from '../roles/test-post-texts.js';

const finding = Type.Object({
  code: Type.String({ description: 'Stable code of the rule' }),
  severity: Type.Enum(['error', 'warning']),
  field: Type.String({ description: 'Field that it concerns' }),
  message: Type.Object({ en: Type.String(), fr: Type.String() }),
});
const commands = Type.Object({
  ccmsetup: Type.String({ description: 'Installs a client that reports here' }),
  ccmsetupInternet: Type.Union([Type.String(), Type.Null()], {
    description: 'The same for a client on the Internet; null where the role has no Internet FQDN',
  }),
  powershell: Type.String({
    description: 'Creates the same site system server and role in Configuration Manager, one command on a line',
  }),
  powershellExisting: Type.String({ description: 'The same on a site system server that is there' }),
});
const derived = {
  allowedClientConnections: Type.Enum(['intranet', 'intranet_and_internet'], {
    description: 'Follows from the Internet FQDN; cannot be set',
  }),
  commands,
};
const version = {
  server: Type.String(),
  version: Type.Integer({ description: 'Counts the changes of the role; also in the ETag' }),
  changedAt: Type.String({ format: 'date-time' }),
  changedBy: Type.String(),
};
export const remembered = Type.Union(
  [
    Type.Null(),
    Type.Object({
      at: Type.Union([Type.Null(), Type.String({ format: 'date-time' })], {
        description: 'When this receiver read it of ClickHouse; null where that was before its start',
      }),
    }),
  ],
  { description: 'Not null where ClickHouse does not answer, and this is what the receiver knows by itself' },
);
export const role = Type.Object({
  ...version,
  configuration: roleInputSchema,
  ...derived,
  warnings: Type.Array(finding),
});
const etag = Type.String({ description: 'Of this version, for If-Match' });
export const tagged = { ...role, headers: { etag } };
export const created = {
  ...role,
  headers: { etag, location: Type.String({ description: 'Path of the role' }) },
};
export const readRole = { ...Type.Object({ ...role.properties, remembered }), headers: { etag } };
export const validation = Type.Object({
  valid: Type.Boolean(),
  configuration: roleInputSchema,
  ...derived,
  findings: Type.Array(finding),
});
export const history = Type.Object({
  versions: Type.Array(Type.Object({ ...version, removed: Type.Boolean(), configuration: roleInputSchema })),
  remembered,
});
export const testPostResult = Type.Object({
  verdict: Type.Enum(Object.keys(testPostTexts) as TestPostVerdict[]),
  url: Type.String({ description: 'What a client posts to' }),
  status: Type.Union([Type.Null(), Type.Integer()], { description: 'Of the answer; null where none came' }),
  message: Type.Object({ en: Type.String(), fr: Type.String() }),
});
export const serverParam = Type.Object({ server: Type.String({ description: 'Short name of the server' }) });
export const ifMatch = Type.Object({
  'if-match': Type.Optional(Type.String({ description: 'ETag of the version that was seen' })),
});
