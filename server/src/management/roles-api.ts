import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { FspError } from '../errors.js';
import { clientCommands } from '../roles/client-commands.js';
import { allowedClientConnections, roleInputSchema, type RoleConfiguration, type RoleVersion } from '../roles/role.js';
import type { Remembered } from '../roles/known-roles.js';
import type { Roles } from '../roles/roles.js';
import type { Finding } from '../roles/rules.js';
import { roleFromSysResUse, sysResUseSchema, type SysResUse } from '../roles/sys-res-use.js';
import type { TestPostResult } from '../roles/test-post.js';
import {
  created,
  history,
  ifMatch,
  readRole,
  remembered,
  role,
  serverParam,
  tagged,
  testPostResult,
  validation,
} from './roles-schema.js';
import { problemForNow, problemSchema } from './schemas.js';
import { userOf } from './user.js';

interface ServerParams {
  server: string;
}

type AdminOnly = (request: FastifyRequest) => Promise<void>;
type TestPost = (name: string) => Promise<TestPostResult>;

const tags = ['Role configuration'];
const errors = (...statuses: number[]) =>
  Object.fromEntries(statuses.map((status) => [status, status === 503 ? problemForNow : problemSchema]));

/** Routes of the role's configuration; reading for viewers, changing for administrators. */
export function registerRoles(api: FastifyInstance, roles: Roles, adminOnly: AdminOnly, testPost: TestPost): void {
  registerReading(api, roles);
  registerChanges(api, roles, adminOnly);
  registerTrials(api, roles, adminOnly, testPost);
}

/** Which roles there are, as they are and as they were. */
function registerReading(api: FastifyInstance, roles: Roles): void {
  api.get(
    '/roles',
    {
      schema: {
        tags,
        summary: 'Every fallback status point role',
        response: { 200: Type.Object({ roles: Type.Array(role), remembered }), ...errors(401, 503) },
      },
    },
    async () => {
      const { value, remembered } = await roles.list();
      return {
        roles: await Promise.all(value.map(async (one) => answer(one, await roles.warningsOf(one, remembered)))),
        remembered: rememberedOf(remembered),
      };
    },
  );

  api.get<{ Params: ServerParams }>(
    '/roles/:server',
    {
      schema: { tags, summary: 'One role', params: serverParam, response: { 200: readRole, ...errors(401, 404, 503) } },
    },
    async (request, reply) => {
      const { value, remembered } = await roles.get(request.params.server);
      const found = withTag(reply, value, await roles.warningsOf(value, remembered));
      return { ...found, remembered: rememberedOf(remembered) };
    },
  );

  api.get<{ Params: ServerParams }>(
    '/roles/:server/history',
    {
      schema: {
        tags,
        summary: 'Who changed what, when',
        params: serverParam,
        response: { 200: history, ...errors(401, 404, 503) },
      },
    },
    async (request) => {
      const { value, remembered } = await roles.history(request.params.server);
      const versions = value.map((one) => ({
        ...stamp(one),
        removed: one.removed,
        configuration: one.configuration,
      }));
      return { versions, remembered: rememberedOf(remembered) };
    },
  );
}

/** What changes a role. */
function registerChanges(api: FastifyInstance, roles: Roles, adminOnly: AdminOnly): void {
  api.post<{ Body: RoleConfiguration }>(
    '/roles',
    {
      onRequest: adminOnly,
      schema: {
        tags,
        summary: 'Creates the role, on a new site system server or one that is known',
        description: 'The same configuration again answers 200 with the role that is there.',
        body: roleInputSchema,
        response: { 200: created, 201: created, ...errors(400, 401, 403, 409, 422, 503) },
      },
    },
    async (request, reply) => {
      const { role: made, warnings, created: isNew } = await roles.create(request.body, userOf(request));
      reply.code(isNew ? 201 : 200).header('location', `/api/v1/roles/${made.server}`);
      return withTag(reply, made, warnings);
    },
  );

  api.put<{ Params: ServerParams; Body: RoleConfiguration }>(
    '/roles/:server',
    {
      onRequest: adminOnly,
      schema: {
        tags,
        summary: 'Changes a role; in force at once',
        description: 'What is in force already answers 200, whatever If-Match says: nothing is overwritten.',
        params: serverParam,
        headers: ifMatch,
        body: roleInputSchema,
        response: { 200: tagged, ...errors(400, 401, 403, 404, 412, 422, 428, 503) },
      },
    },
    async (request, reply) => {
      const { server } = request.params;
      const changed = await roles.change(server, request.body, expectedVersion(request), userOf(request));
      return withTag(reply, changed.role, changed.warnings);
    },
  );

  api.delete<{ Params: ServerParams }>(
    '/roles/:server',
    {
      onRequest: adminOnly,
      schema: {
        tags,
        summary: 'Removes a role',
        description:
          'Its receiver takes no more messages, and delivers what it holds. Creating the role again resumes. The same removal again answers 204.',
        params: serverParam,
        headers: ifMatch,
        response: { 204: Type.Null(), ...errors(401, 403, 404, 412, 428, 503) },
      },
    },
    async (request, reply) => {
      await roles.remove(request.params.server, expectedVersion(request), userOf(request));
      return reply.code(204).send(null);
    },
  );
}

/** What tells how a role would do, and changes none. */
function registerTrials(api: FastifyInstance, roles: Roles, adminOnly: AdminOnly, testPost: TestPost): void {
  api.post<{ Body: RoleConfiguration; Querystring: { server?: string } }>(
    '/roles/validate',
    {
      schema: {
        tags,
        summary: 'What the summary of the wizard shows, without doing it',
        querystring: Type.Object({
          server: Type.Optional(Type.String({ description: 'Role that would be changed; absent for a new one' })),
        }),
        body: roleInputSchema,
        response: { 200: validation, ...errors(400, 401, 404, 503) },
      },
    },
    async (request) => {
      const { configuration, findings } = await roles.validate(request.body, request.query.server);
      const valid = findings.every(({ severity }) => severity === 'warning');
      return { valid, configuration, ...derivedOf(configuration), findings };
    },
  );

  api.post<{ Body: SysResUse }>(
    '/roles/convert',
    {
      schema: {
        tags,
        summary: 'Reads a role exported from Configuration Manager (SMS_SCI_SysResUse), without creating it',
        body: sysResUseSchema,
        response: { 200: validation, ...errors(400, 401, 503) },
      },
    },
    async (request) => {
      const { configuration, findings } = await roles.validate(roleFromSysResUse(request.body));
      const valid = findings.every(({ severity }) => severity === 'warning');
      return { valid, configuration, ...derivedOf(configuration), findings };
    },
  );

  api.post<{ Params: ServerParams; Body: { network: 'intranet' | 'internet' } }>(
    '/roles/:server/test-post',
    {
      onRequest: adminOnly,
      schema: {
        tags,
        summary: 'Posts a test message as a client does: by the name of the role and the HTTP port of the site',
        description: 'Anonymous, over plain HTTP. A message that arrives at this receiver is kept nowhere.',
        params: serverParam,
        body: Type.Object(
          { network: Type.Enum(['intranet', 'internet'], { description: 'By which name of the server' }) },
          { additionalProperties: false },
        ),
        response: { 200: testPostResult, ...errors(400, 401, 403, 404, 503) },
      },
    },
    async (request) => {
      const { configuration } = (await roles.get(request.params.server)).value;
      const { intranetFqdn, internetFqdn, serverName } = configuration;
      const name = request.body.network === 'internet' ? internetFqdn : intranetFqdn || serverName;
      if (name === '')
        throw new FspError('FSP_REQUEST_INVALID', `The role of ${serverName} has no Internet FQDN; give it one first`);
      return testPost(name);
    },
  );
}

function withTag(reply: FastifyReply, one: RoleVersion, warnings: Finding[]) {
  reply.header('etag', `"${one.version}"`);
  return answer(one, warnings);
}

function answer(one: RoleVersion, warnings: Finding[]) {
  return { ...stamp(one), configuration: one.configuration, ...derivedOf(one.configuration), warnings };
}

function rememberedOf(remembered: Remembered) {
  return remembered && { at: remembered.at === null ? null : new Date(remembered.at).toISOString() };
}

function stamp({ server, version: number, changedAt, changedBy }: RoleVersion) {
  return { server, version: number, changedAt: new Date(changedAt).toISOString(), changedBy };
}

function derivedOf(configuration: RoleConfiguration) {
  return { allowedClientConnections: allowedClientConnections(configuration), commands: clientCommands(configuration) };
}

/** @throws FspError FSP_PRECONDITION_REQUIRED, FSP_REQUEST_INVALID */
function expectedVersion(request: FastifyRequest): number {
  const given = request.headers['if-match'];
  if (given === undefined) {
    throw new FspError(
      'FSP_PRECONDITION_REQUIRED',
      'Say which version you saw: send its ETag as If-Match, so that nobody else’s change is overwritten',
    );
  }
  const number = /^(?:W\/)?"(\d{1,15})"$/.exec(given)?.[1];
  if (number === undefined)
    throw new FspError('FSP_REQUEST_INVALID', 'If-Match must be the ETag of a role, such as "3"');
  return Number(number);
}
