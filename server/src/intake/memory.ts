/** Memory that what is received may take beyond what needs no leave, from its first byte until it is answered. */
const budgetBytes = 64 * 1024 * 1024;
/** The part of it that one peer may take; whatever more it holds is nobody else's loss. */
const shareBytes = budgetBytes / 4;

/** The memory of what is being received, and whose it is. */
export class IntakeMemory {
  private readonly held = new Map<string, number>();
  private total = 0;

  /** Whether so many bytes more may be taken for a peer. */
  hasRoom(peer: string, bytes: number): boolean {
    return this.total + bytes <= budgetBytes && (this.held.get(peer) ?? 0) + bytes <= shareBytes;
  }

  /** Takes bytes, where there is room. */
  take(peer: string, bytes: number): boolean {
    if (bytes > 0 && !this.hasRoom(peer, bytes)) return false;
    this.count(peer, bytes);
    return true;
  }

  /** Bytes are there, or (less than none) are not any more, whether there is room for them or not. */
  count(peer: string, bytes: number): void {
    if (bytes === 0) return;
    const before = this.held.get(peer) ?? 0;
    const now = before + bytes;
    if (now > 0) this.held.set(peer, now);
    else this.held.delete(peer);
    this.total += Math.min(now, shareBytes) - Math.min(before, shareBytes);
  }
}
