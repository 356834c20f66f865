import type { FastifyInstance } from 'fastify';
import { Collect } from '../collect/collect.js';
import type { Draining } from '../drain/draining.js';
import { FspError } from '../errors.js';
import { peerOf } from '../http/peer.js';
import { entriesFor, leftOutReason } from '../intake/accept.js';
import { ReportDecoder } from '../intake/decoder.js';
import { createIntake } from '../intake/intake.js';
import { createRejectedKeeper, RefusalLog, type Origin } from '../intake/rejected.js';
import type { RoleInForce } from '../roles/role-in-force.js';
import { TestPosts } from '../roles/test-post.js';
import type { Spool } from '../spool/spool.js';
import type { Throttle } from '../throttle/throttle.js';
import type { Ground } from './ground.js';
import type { Upload } from './set-up-logs.js';

/** What the intake gives reports to, and what may forbid it to take them. */
interface IntakeRoom {
  spool: Spool;
  throttle: Throttle;
  role: RoleInForce;
  draining: Draining;
}

/** The intake, not yet listening, and what comes in by it and is no report of a client's. */
export function buildIntake(
  ground: Ground,
  { upload, intakePort, ...room }: IntakeRoom & { upload: Upload; intakePort(): number },
): { intake: FastifyInstance; collect: Collect; testPosts: TestPosts } {
  const { config, logger, closers } = ground;
  const { role } = room;
  const collect = new Collect({
    enabled: config.collectLogs === 'on',
    url: () => `http://${role.current?.configuration.intranetFqdn || config.serverName}:${intakePort()}`,
    upload,
    logger,
  });
  const testPosts = new TestPosts();
  const intake = closers.keep('work', 'intake', reportsInto(ground, room, testPosts, collect), (one) => one.close());
  return { intake, collect, testPosts };
}

/** What becomes of a body: whether it is taken now, decoded, spooled, counted; or refused and kept. */
function reportsInto(
  { config, telemetry, logger, closers }: Ground,
  { spool, throttle, role, draining }: IntakeRoom,
  testPosts: TestPosts,
  collect: Collect,
): FastifyInstance {
  const decoding = new ReportDecoder({ workers: config.intakeWorkers, logger });
  const decoder = closers.keep('delivery', 'decoding', decoding, (one) => one.close());
  const keep = createRejectedKeeper((entry) => {
    spool.appendAdmitted([entry]).catch((error: unknown) => {
      logger.warn(`A refused body could not be kept: ${(error as Error).message}`);
    });
  });
  const refusals = new RefusalLog(logger);
  const tell = (reason: string, body: Uint8Array, origin: Origin) => {
    refusals.note(reason);
    keep(reason, body, origin);
  };
  const intake = createIntake({
    trustedProxies: config.trustedProxies,
    logger,
    collect: collect.enabled ? collect : undefined,
    async accept(body, origin) {
      if (draining.startedAt !== null)
        throw new FspError('FSP_DRAINING', 'This receiver is drained for maintenance; it takes no messages');
      if (role.current?.removed === true)
        throw new FspError('FSP_ROLE_REMOVED', 'The role was removed from this server; it takes no messages');
      const decoded = await decoder.decode(body, peerOf(origin.clientAddress));
      if (testPosts.take(decoded.report)) return;
      const entries = entriesFor(decoded.report, decoded.body, origin);
      await spool.append(entries);
      telemetry.metrics.intakeMessages.add(entries.length, 200);
      const { leftOut } = decoded.report;
      if (leftOut === undefined) return;
      // Sent again it would be the same: the client is told that its report was taken, and the operator what was not.
      telemetry.metrics.intakeMessages.add(leftOut.count, 400);
      tell(leftOutReason(leftOut, entries.length), decoded.body, origin);
    },
    reject(reason, body, origin) {
      throttle.noteRejected();
      tell(reason, body, origin);
    },
    onAnswer(status) {
      telemetry.metrics.intakeRequests.add(1, status);
      if (status !== 200) telemetry.metrics.intakeMessages.add(1, status);
    },
  });
  intake.addHook('onClose', (_intake, done) => {
    refusals.close();
    done();
  });
  return intake;
}
