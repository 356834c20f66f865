import { randomBytes } from 'node:crypto';
import type { TokenRole } from '../management/tokens.js';

/** Somebody who signed in to the preview console with a token. */
export interface Session {
  /** What the token allows. */
  readonly role: TokenRole;
  /** As whom the console is looked at: an administrator may look as a viewer. */
  actingAs: TokenRole;
  /** Name that changes are recorded under. */
  readonly user: string;
  readonly token: string;
  readonly expiresAt: number;
}

const lifetimeMs = 12 * 3600 * 1000;
/** Sessions at the most: the oldest goes first, so that signing in again and again costs no memory. */
const mostSessions = 1_000;

/** Sessions of the preview console, in memory: a restart signs everybody out. */
export class Sessions {
  private readonly byId = new Map<string, Session>();

  /** @param roleOfToken what a token allows at this moment; null once it has been rotated away */
  constructor(
    private readonly roleOfToken: (token: string) => TokenRole | null,
    private readonly now: () => number = Date.now,
  ) {}

  /** @returns the id of a new session, or null where the token is wrong */
  open(token: string, user: string): string | null {
    const role = this.roleOfToken(token);
    if (role === null) return null;
    const oldest = this.byId.keys().next();
    if (this.byId.size >= mostSessions && !oldest.done) this.byId.delete(oldest.value);
    const id = randomBytes(24).toString('base64url');
    this.byId.set(id, {
      role,
      actingAs: role,
      user: user || `${role} token`,
      token,
      expiresAt: this.now() + lifetimeMs,
    });
    return id;
  }

  /** The session of an id, while it lasts and its token holds. */
  find(id: string | undefined): Session | null {
    const session = this.byId.get(id ?? '');
    if (id === undefined || session === undefined) return null;
    if (session.expiresAt > this.now() && this.roleOfToken(session.token) === session.role) return session;
    this.byId.delete(id);
    return null;
  }

  close(id: string | undefined): void {
    this.byId.delete(id ?? '');
  }
}
