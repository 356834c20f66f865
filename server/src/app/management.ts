import type { FastifyInstance } from 'fastify';
import type { Acknowledgements } from '../acknowledgements/acknowledgements.js';
import type { Collect } from '../collect/collect.js';
import type { Sink } from '../delivery/sink.js';
import { drainProgress } from '../drain/draining.js';
import type { ExpectedLists } from '../expected/expected-lists.js';
import { forget } from '../forget/forget.js';
import type { ForgottenInSpool } from '../forget/in-spool.js';
import { readinessOf, statusOf, type Parts } from '../health/health.js';
import { createManagement, type ManagementOptions } from '../management/management.js';
import type { QuarantineRoom } from '../management/quarantine-api.js';
import type { LiveTls } from '../management/tls.js';
import type { Tokens } from '../management/tokens.js';
import { builtHost, builtPlugin, registerPreview } from '../preview/preview.js';
import { QuarantineRetries } from '../quarantine/retry.js';
import type { Roles } from '../roles/roles.js';
import type { TestPosts } from '../roles/test-post.js';
import type { FollowList } from '../setup-logs/follow/follow-list.js';
import type { Ground } from './ground.js';
import type { Upload } from './set-up-logs.js';

/** What the API reaches beside the parts that health is read from. */
interface ManagementRoom {
  parts: Parts;
  tokens: () => Tokens;
  /** Null where the listener is not encrypted. */
  tls: LiveTls | null;
  roles: Roles;
  testPosts: TestPosts;
  followList: FollowList;
  upload: Upload;
  acknowledgements: Acknowledgements;
  expected: ExpectedLists;
  collect: Collect;
  sinks: readonly Sink[];
  forgotten: ForgottenInSpool;
}

/** The management listener, not yet listening, with what its API reaches of the server, and the console beside it. */
export async function buildManagement(
  { config, telemetry, logger, closers }: Ground,
  room: ManagementRoom,
): Promise<FastifyInstance> {
  const { parts, tokens, tls, roles, testPosts, followList, upload, acknowledgements, expected, collect } = room;
  const { setupLogs, draining } = parts;
  const { reader } = parts.store;
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
    quarantine: quarantineRoom(room),
    drain: {
      begin: (beyondLimit) => {
        draining.begin(beyondLimit);
      },
      end: () => {
        draining.end();
      },
      progress: () => drainProgress(parts),
    },
    forget: forgetter(room),
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
  return closers.keep('work', 'management', management, async (one) => {
    tls?.stop();
    await one.close();
  });
}

function quarantineRoom({ parts: { quarantine }, sinks }: ManagementRoom): QuarantineRoom {
  const retries = new QuarantineRetries(quarantine, sinks);
  return {
    list: () => quarantine.list(),
    read: (id) => quarantine.read(id),
    drop: async (ids) => {
      quarantine.requireAll(ids);
      return quarantine.drop(ids);
    },
    retry: (ids) => retries.send(ids),
  };
}

function forgetter({ parts, forgotten }: ManagementRoom): ManagementOptions['forget'] {
  const { config, spool, quarantine, store } = parts;
  const room = {
    spool,
    quarantine,
    inSpool: forgotten,
    client: store.client,
    database: config.clickhouseDatabase,
    cluster: config.clickhouseCluster === '' ? undefined : config.clickhouseCluster,
    prepare: () => store.prepare(),
  };
  return (subject, dryRun) => forget(room, subject, dryRun);
}
