import { setImmediate } from 'node:timers/promises';

/** The bytes of an identity, as four numbers in memory. */
export const idBytes = 16;

/** Identities one behind the other. */
export class IdList {
  private room = Buffer.allocUnsafeSlow(64 * idBytes);
  private used = 0;

  add(id: Buffer): void {
    if (this.used === this.room.length) {
      const larger = Buffer.allocUnsafeSlow(2 * this.used);
      this.room.copy(larger);
      this.room = larger;
    }
    this.used += id.copy(this.room, this.used, 0, idBytes);
  }

  /** All of them, 16 bytes each. */
  bytes(): Buffer {
    return this.room.subarray(0, this.used);
  }
}

/** Slots that are gone through before others have their turn. */
const slotsPerTurn = 2_048;
/** How full a table may be. */
const mostUsed = 0.7;

/** Identities in memory: open addressing in one typed array, exact. */
export class IdTable {
  size = 0;
  private words: Uint32Array;
  private used: Uint8Array;

  /** @param expected as many find room without a pause in which all of them move */
  constructor(expected: number) {
    const slots = 2 ** Math.ceil(Math.log2(expected / mostUsed));
    this.words = new Uint32Array(4 * slots);
    this.used = new Uint8Array(slots);
  }

  has(id: Buffer): boolean {
    return this.used[this.slotOf(id)] === 1;
  }

  /** @returns false where it was there */
  add(id: Buffer): boolean {
    if (this.size >= this.used.length * mostUsed) this.grow();
    const slot = this.slotOf(id);
    if (this.used[slot] === 1) return false;
    this.used[slot] = 1;
    for (let word = 0; word < 4; word++) this.words[4 * slot + word] = id.readUInt32LE(4 * word);
    this.size++;
    return true;
  }

  /** All of them, 16 bytes each; none may be added meanwhile. */
  async bytes(): Promise<Buffer> {
    const all = Buffer.allocUnsafeSlow(this.size * idBytes);
    let at = 0;
    for (let slot = 0; slot < this.used.length; slot++) {
      if (slot % slotsPerTurn === 0) await setImmediate();
      if (this.used[slot] !== 1) continue;
      for (let word = 0; word < 4; word++) at = all.writeUInt32LE(this.words[4 * slot + word]!, at);
    }
    return all;
  }

  private slotOf(id: Buffer): number {
    const mask = this.used.length - 1;
    const [a, b, c, d] = [id.readUInt32LE(0), id.readUInt32LE(4), id.readUInt32LE(8), id.readUInt32LE(12)];
    let slot = hashOf(id) & mask;
    while (this.used[slot] === 1) {
      const at = 4 * slot;
      if (this.words[at] === a && this.words[at + 1] === b && this.words[at + 2] === c && this.words[at + 3] === d)
        break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private grow(): void {
    const { used, words } = this;
    this.used = new Uint8Array(used.length * 2);
    this.words = new Uint32Array(words.length * 2);
    const mask = this.used.length - 1;
    const id = Buffer.alloc(idBytes);
    for (let old = 0; old < used.length; old++) {
      if (used[old] !== 1) continue;
      for (let word = 0; word < 4; word++) id.writeUInt32LE(words[4 * old + word]!, 4 * word);
      let slot = hashOf(id) & mask;
      while (this.used[slot] === 1) slot = (slot + 1) & mask;
      this.used[slot] = 1;
      this.words.set(words.subarray(4 * old, 4 * old + 4), 4 * slot);
    }
  }
}

/** 32 bits of an identity, mixed, as identities need not be evenly spread. */
export function hashOf(id: Buffer, at = 0, seed = 0): number {
  let hash = seed;
  for (let word = 0; word < idBytes; word += 4) {
    hash = Math.imul(hash ^ id.readUInt32LE(at + word), 0x85eb_ca6b);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0xc2b2_ae35);
    hash ^= hash >>> 13;
  }
  return hash >>> 0;
}
