import type { FastifyInstance } from 'fastify';
import type { Acknowledgements } from './acknowledgements/acknowledgements.js';
import type { Collect } from './collect/collect.js';
import type { Sink } from './delivery/sink.js';
import { drainProgress } from './drain/draining.js';
import type { ExpectedLists } from './expected/expected-lists.js';
import { forget } from './forget/forget.js';
import type { ForgottenInSpool } from './forget/in-spool.js';
import { readinessOf, statusOf, type Parts } from './health/health.js';
import type { Logger } from './logger.js';
import { createManagement } from './management/management.js';
import type { SetupLogRoom } from './management/setup-logs-api.js';
import type { LiveTls } from './management/tls.js';
import type { Tokens } from './management/tokens.js';
import { builtHost, builtPlugin, registerPreview } from './preview/preview.js';
import { QuarantineRetries } from './quarantine/retry.js';
import type { Roles } from './roles/roles.js';
import type { TestPosts } from './roles/test-post.js';
import type { FollowList } from './setup-logs/follow/follow-list.js';
import type { Telemetry } from './telemetry.js';

/** The management listener with what its API reaches of the server, and the console beside it. */
export async function buildManagement({
  parts,
  tokens,
  tls,
  roles,
  testPosts,
  followList,
  upload,
  acknowledgements,
  expected,
  collect,
  sinks,
  forgotten,
  telemetry,
  logger,
}: {
  parts: Parts;
  tokens: () => Tokens;
  tls: LiveTls | null;
  roles: Roles;
  testPosts: TestPosts;
  followList: FollowList;
  upload: SetupLogRoom['upload'];
  acknowledgements: Acknowledgements;
  expected: ExpectedLists;
  collect: Collect;
  sinks: readonly Sink[];
  forgotten: ForgottenInSpool;
  telemetry: Telemetry;
  logger: Logger;
}): Promise<FastifyInstance> {
  const { config, spool, store, quarantine, setupLogs, draining } = parts;
  const retries = new QuarantineRetries(quarantine, sinks);
  const { reader } = store;
  const management = await createManagement({
    tokens,
    roles,
    reader,
    acknowledgements,
    expected,
    collect,
    logger,
    tls: tls?.current ?? null,
    setupLogs: {
      followed: () => setupLogs.status(),
      added: () => followList.added(),
      follow: (path) => followList.add(path),
      unfollow: (path) => {
        followList.remove(path);
      },
      upload,
    },
    testPost: (name) => testPosts.send(name, config.siteHttpPort),
    quarantine: {
      list: () => quarantine.list(),
      read: (id) => quarantine.read(id),
      drop: async (ids) => {
        quarantine.requireAll(ids);
        return quarantine.drop(ids);
      },
      retry: (ids) => retries.send(ids),
    },
    drain: {
      begin: (beyondLimit) => {
        draining.begin(beyondLimit);
      },
      end: () => {
        draining.end();
      },
      progress: () => drainProgress(parts),
    },
    forget: (subject, dryRun) =>
      forget(
        {
          spool,
          quarantine,
          inSpool: forgotten,
          client: store.client,
          database: config.clickhouseDatabase,
          cluster: config.clickhouseCluster === '' ? undefined : config.clickhouseCluster,
          prepare: () => store.prepare(),
        },
        subject,
        dryRun,
      ),
    console: (app) =>
      registerPreview(app, {
        tokens,
        reader,
        plugin: builtPlugin,
        host: builtHost,
        certificate: () => tls?.current.cert ?? null,
      }),
    readiness: () => readinessOf(parts),
    status: () => statusOf(parts),
    metrics: () => telemetry.prometheus(),
  });
  tls?.follow(management.server, logger);
  return management;
}
