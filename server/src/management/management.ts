import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { connectionShares } from '../http/descriptors.js';
import { FspError } from '../errors.js';
import type { Roles } from '../roles/roles.js';
import type { TestPostResult } from '../roles/test-post.js';
import { version } from '../version.js';
import { WrongTokens } from './attempts.js';
import { registerAcknowledgements, type AcknowledgementRoom } from './acknowledgements-api.js';
import { registerCollect, type CollectRoom } from './collect-api.js';
import { registerData, type Reader } from './data-api.js';
import { registerDrain, type Drainable } from './drain-api.js';
import type { Forgets } from '../forget/forget.js';
import type { Subject } from '../forget/subject.js';
import { registerForget } from './forget-api.js';
import { registerExpected, type ExpectedRoom } from './expected-api.js';
import { registerExplain } from './explain-api.js';
import { acceptFiles } from './file-body.js';
import { registerHealth, registerStatus, type HealthRoom } from './health-api.js';
import { answerNoRequest, answerProblem, answerProblems } from './problem.js';
import { registerQuarantine, type QuarantineRoom } from './quarantine-api.js';
import { registerRoles } from './roles-api.js';
import { registerRunbooks } from '../runbooks/runbook-pages.js';
import { problemForNow, problemSchema } from './schemas.js';
import { Crowd, StrangersPace } from './strangers.js';
import type { ServerTls } from './tls.js';
import { registerSetupLogs, type SetupLogRoom } from './setup-logs-api.js';
import { roleOf, type Tokens } from './tokens.js';

export interface ManagementOptions extends HealthRoom {
  /** The tokens that hold at this moment. */
  tokens(): Tokens;
  roles: Roles;
  /** Posts a test message to a name, by the port that clients use. */
  testPost(name: string): Promise<TestPostResult>;
  reader: Reader;
  quarantine: QuarantineRoom;
  setupLogs: SetupLogRoom;
  acknowledgements: AcknowledgementRoom;
  expected: ExpectedRoom;
  collect: CollectRoom;
  drain: Drainable;
  forget(subject: Subject, dryRun: boolean): Promise<Forgets>;
  logger: { error(details: object, message: string): void };
  /** What the listener is encrypted with; null for plain HTTP. */
  tls?: ServerTls | null;
  /** Registers what else the listener serves beside the API: the preview console. */
  console?(app: FastifyInstance): Promise<void>;
}

/** The largest body: a role is small, and an exported one too. */
const bodyLimit = 256 * 1024;
const requestTimeoutMs = 30_000;
/** How long an answer may be worked on: a machine is forgotten in one table after the other. */
const workMs = 15 * 60_000;
const listening = { headersTimeout: 10_000, connectionsCheckingInterval: 1_000 };
/** How long a stop waits for answers. */
const closeWithinMs = 2_000;
/** Answers of the API are data: no browser shall see a page, a script or a frame in them. */
const dataPolicy = "default-src 'none'; frame-ancestors 'none'";

/**
 * The management API, not yet listening: health and its own description without a token, everything else behind one.
 * Described at `/openapi.json`, explorable at `/docs`.
 */
export async function createManagement(options: ManagementOptions): Promise<FastifyInstance> {
  const app = createListener(options);
  await describeAt(app);
  registerHealth(app, options);
  registerRunbooks(app);
  await app.register(
    (api, _options, done) => {
      const adminOnly = behindTokens(api, options.tokens);
      acceptFiles(api);
      registerStatus(api, options);
      registerRoles(api, options.roles, adminOnly, options.testPost);
      registerData(api, options.reader);
      registerExplain(api);
      registerQuarantine(api, options.quarantine, adminOnly);
      registerSetupLogs(api, options.setupLogs, adminOnly);
      registerAcknowledgements(api, options.acknowledgements, adminOnly);
      registerExpected(api, options.expected, adminOnly);
      registerCollect(api, options.collect, adminOnly);
      registerDrain(api, options.drain, adminOnly);
      registerForget(api, (subject, dryRun) => options.forget(subject, dryRun), adminOnly);
      done();
    },
    { prefix: '/api/v1' },
  );
  await options.console?.(app);
  return app;
}

/** A listener whose every route is answered in its turn, bounded, and told what is wrong with a request. */
function createListener({ tokens, logger, tls }: ManagementOptions): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit,
    requestTimeout: requestTimeoutMs,
    ...(tls ? { https: { ...listening, ...tls, minVersion: 'TLSv1.2' as const } } : { http: listening }),
    forceCloseConnections: 'idle',
    // An address that is none, as /roles/%E0: it has no route whose handler would be asked.
    frameworkErrors: (error, request, reply) => {
      answerProblem(logger, error, request, reply);
    },
    clientErrorHandler: answerNoRequest,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true } },
  });
  const crowd = new Crowd(connectionShares().management);
  crowd.watch(app.server);
  const pace = new StrangersPace();
  // Bytes that stop coming, or that nobody takes; not an answer that is worked on.
  app.server.timeout = 2 * requestTimeoutMs;
  app.addHook('preHandler', (request, _reply, done) => {
    request.raw.socket.setTimeout(workMs);
    done();
  });
  app.addHook('onSend', (request, _reply, _payload, done) => {
    request.raw.socket.setTimeout(app.server.timeout);
    done();
  });
  app.addHook('preClose', (done) => {
    setTimeout(() => {
      app.server.closeAllConnections();
    }, closeWithinMs).unref();
    done();
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-content-type-options', 'nosniff').header('content-security-policy', dataPolicy);
    if (roleOf(request.headers.authorization, tokens()) !== null) crowd.trust(request.raw.socket);
    else await pace.turn(request.ip);
  });
  app.addHook('onResponse', (_request, reply, done) => {
    pace.answered(Number(reply.getHeader('content-length') ?? 0));
    done();
  });
  answerProblems(app, logger);
  // Nothing takes plain text: a body that is announced as such, or as nothing, is told what to be announced as.
  app.removeContentTypeParser('text/plain');
  // Many clients announce JSON with every request, also with a DELETE that has no body.
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parseJson(request, body as string, done);
  });
  return app;
}

/** Describes every route that is registered from now on. */
async function describeAt(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Fallback status point',
        version,
        description:
          'Management of a fallback status point: its role, its state. Viewer tokens read, admin tokens change.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    uiConfig: { persistAuthorization: false },
    theme: {
      title: 'Fallback status point',
      css: [{ filename: 'own.css', content: '.swagger-ui .topbar { display: none }' }],
    },
  });
  let description: string | null = null;
  app.get('/openapi.json', { schema: { hide: true } }, (_request, reply) => {
    description ??= JSON.stringify(app.swagger());
    return reply.type('application/json; charset=utf-8').send(description);
  });
}

/**
 * Lets nobody in without a token, to whatever is registered from now on.
 * @returns what lets administrators in alone
 */
function behindTokens(api: FastifyInstance, tokens: () => Tokens): (request: FastifyRequest) => Promise<void> {
  const wrongTokens = new WrongTokens();
  api.addHook('onRequest', async (request, reply) => {
    const { authorization } = request.headers;
    // A right token never waits for what others try.
    if (roleOf(authorization, tokens()) !== null) return;
    if (authorization !== undefined) {
      wrongTokens.allow(request.ip);
      await wrongTokens.wrong(request.ip);
    }
    reply.header('www-authenticate', 'Bearer');
    throw new FspError(
      'FSP_UNAUTHORIZED',
      authorization === undefined
        ? 'A token is needed: send Authorization: Bearer with the viewer or admin token'
        : 'This is not a token of this server: send Authorization: Bearer with the viewer or admin token, as tokens.json in FSP_DATA_DIR or FSP_ADMIN_TOKEN and FSP_VIEWER_TOKEN have them',
    );
  });
  // Fastify refuses these before any route is asked. Whoever tries tokens, or sends an address that is none, is
  // answered on every route.
  api.addHook('onRoute', ({ method, schema }) => {
    if (schema?.response === undefined) return;
    const withBody = ['POST', 'PUT', 'PATCH'].includes(String(method));
    Object.assign(schema.response as object, withBody ? { 413: problemSchema, 415: problemSchema } : {}, {
      429: problemForNow,
      default: problemSchema,
    });
  });
  return (request) =>
    roleOf(request.headers.authorization, tokens()) === 'admin'
      ? Promise.resolve()
      : Promise.reject(new FspError('FSP_FORBIDDEN', 'The viewer token may read only; changes need the admin token'));
}

/** The OpenAPI description of the management API, without a server behind it. */
export async function describeApi(): Promise<unknown> {
  const unused = () => {
    throw new Error('nothing is asked of a description');
  };
  const app = await createManagement({
    tokens: unused,
    readiness: unused,
    status: unused,
    metrics: unused,
    testPost: unused,
    roles: undefined as unknown as Roles,
    reader: { setupRuns: unused, setupRunRecords: unused, query: unused },
    quarantine: { list: unused, read: unused, drop: unused, retry: unused },
    setupLogs: { followed: unused, added: unused, follow: unused, unfollow: unused, upload: unused },
    acknowledgements: { list: unused, acknowledge: unused, withdraw: unused },
    expected: { lists: unused, load: unused, remove: unused },
    collect: { enabled: false, leaveFor: unused },
    drain: { begin: unused, end: unused, progress: unused },
    forget: unused,
    logger: { error: unused },
  });
  await app.ready();
  const description: unknown = app.swagger();
  await app.close();
  return description;
}
