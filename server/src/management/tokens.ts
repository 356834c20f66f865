import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeWholeSync } from '../disk/whole-file.js';
import { FspError } from '../errors.js';

export interface Tokens {
  admin: string;
  viewer: string;
}

export type TokenRole = 'admin' | 'viewer';

/** The file in the data folder that holds generated tokens. */
export function tokenFile(dataDir: string): string {
  return join(dataDir, 'tokens.json');
}

/**
 * The tokens as they are at each moment: a change of the file in the data folder holds from the next request on, so that
 * tokens are rotated without a restart, and where it was deleted new ones are made. A file that cannot be read changes
 * nothing, which whoever changed it has to know: what was to be revoked holds on.
 */
export function liveTokens(
  dataDir: string,
  configured: { adminToken: string; viewerToken: string },
  complain: (message: string) => void,
): () => Tokens {
  let tokens = loadTokens(dataDir, configured);
  let seen = changedAt(tokenFile(dataDir));
  let complainedOf = seen;
  return () => {
    const changed = changedAt(tokenFile(dataDir));
    if (changed === seen) return tokens;
    try {
      tokens = loadTokens(dataDir, configured);
      // The time before it was read: what is written meanwhile is seen by the next request.
      seen = changed ?? changedAt(tokenFile(dataDir));
    } catch (error) {
      // Half written, perhaps: the next request sees the rest.
      if (changed !== complainedOf) complain(`${(error as Error).message}; the former ones hold`);
      complainedOf = changed;
    }
    return tokens;
  };
}

function changedAt(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? null;
}

/**
 * The tokens that a server keeps in its data folder; none where it made none yet.
 * @throws FspError FSP_TOKENS_UNREADABLE where the file is damaged or somebody else's; its content is never shown
 */
export function keptTokens(dataDir: string): Partial<Tokens> {
  const file = tokenFile(dataDir);
  let kept: unknown;
  try {
    kept = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return {};
    if (code === 'EACCES' || code === 'EPERM')
      throw new FspError(
        'FSP_TOKENS_UNREADABLE',
        `The tokens in ${file} may not be read by this user: become the server's user, or set FSP_ADMIN_TOKEN`,
      );
    kept = null;
  }
  const { admin, viewer } = (kept ?? {}) as Record<string, unknown>;
  const isToken = (value: unknown) => value === undefined || (typeof value === 'string' && /^\S{16,}$/.test(value));
  if (typeof kept !== 'object' || kept === null || Array.isArray(kept) || !isToken(admin) || !isToken(viewer)) {
    throw new FspError(
      'FSP_TOKENS_UNREADABLE',
      `The tokens in ${file} cannot be read: mend it ({"admin": "…", "viewer": "…"}, 16 characters or more each), or delete it and new ones are made`,
    );
  }
  return kept;
}

/**
 * The tokens that are configured, and for those that are not, the ones kept in the data folder, made on first use.
 * The file is readable by its owner only.
 */
function loadTokens(dataDir: string, configured: { adminToken: string; viewerToken: string }): Tokens {
  const file = tokenFile(dataDir);
  const kept = keptTokens(dataDir);
  const complete: Tokens = { admin: kept.admin ?? newToken(), viewer: kept.viewer ?? newToken() };
  if (kept.admin === undefined || kept.viewer === undefined)
    writeWholeSync(file, `${JSON.stringify(complete, null, 2)}\n`);
  return {
    admin: configured.adminToken || complete.admin,
    viewer: configured.viewerToken || complete.viewer,
  };
}

/** Whose token an Authorization header carries, or null; compared in constant time. */
export function roleOf(authorization: string | undefined, tokens: Tokens): TokenRole | null {
  const given = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (given === undefined) return null;
  const isAdmin = same(given, tokens.admin);
  const isViewer = same(given, tokens.viewer);
  return isAdmin ? 'admin' : isViewer ? 'viewer' : null;
}

function same(a: string, b: string): boolean {
  // Digests have one length, which timingSafeEqual needs and which hides the token's own.
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function newToken(): string {
  return randomBytes(24).toString('base64url');
}
