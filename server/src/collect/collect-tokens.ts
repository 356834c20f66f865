import { createHash, randomBytes } from 'node:crypto';
import { FspError } from '../errors.js';

/** How long a token holds. */
const holdsForMs = 3_600_000;
/** What one token may bring, unpacked: a machine's set-up logs are some megabytes. */
const mostBytes = 64 * 1024 * 1024;
const mostLogs = 40;
/** Tokens at a time: each is one machine that somebody looks at. */
const mostTokens = 200;

interface Allowance {
  machine: string;
  by: string;
  expiresAt: number;
  bytesLeft: number;
  logsLeft: number;
}

/**
 * Leaves for one machine's logs to be brought, for an hour. They are in memory only, as digests: gone with a restart, and
 * of no use on another receiver.
 */
export class CollectTokens {
  private readonly held = new Map<string, Allowance>();

  constructor(private readonly now: () => number = Date.now) {}

  /** A new token for a machine; those that it had before hold on until they end. @throws FspError FSP_UPLOAD_BUSY */
  give(machine: string, by: string): { token: string; expiresAt: number } {
    for (const [key, { expiresAt }] of this.held) if (expiresAt <= this.now()) this.held.delete(key);
    if (this.held.size >= mostTokens)
      throw new FspError(
        'FSP_UPLOAD_BUSY',
        `${mostTokens} machines are being collected from; the first leave ends within an hour`,
      );
    const token = randomBytes(24).toString('base64url');
    const expiresAt = this.now() + holdsForMs;
    this.held.set(digest(token), { machine, by, expiresAt, bytesLeft: mostBytes, logsLeft: mostLogs });
    return { token, expiresAt };
  }

  /** What a token leaves, in whatever spelling of `Bearer`. @throws FspError FSP_UNAUTHORIZED */
  check(authorization: string | undefined): Allowance {
    const token = /^bearer +([\w-]{10,100})$/i.exec(authorization ?? '')?.[1];
    const found = token === undefined ? undefined : this.held.get(digest(token));
    if (found === undefined || found.expiresAt <= this.now())
      throw new FspError(
        'FSP_UNAUTHORIZED',
        'This leave to bring logs is not known or has ended; get a new line from the page of the client',
      );
    return found;
  }

  /** Takes a log off what is left. @throws FspError FSP_COLLECT_SPENT */
  spend(allowance: Allowance, bytes: number): void {
    if (allowance.logsLeft < 1 || allowance.bytesLeft < bytes)
      throw new FspError(
        'FSP_COLLECT_SPENT',
        `More than ${mostLogs} logs or ${mostBytes / 1024 / 1024} MB are not taken with one leave`,
      );
    allowance.logsLeft--;
    allowance.bytesLeft -= bytes;
  }
}

const digest = (token: string) => createHash('sha256').update(token).digest('base64');
