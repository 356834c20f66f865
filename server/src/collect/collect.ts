import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { FspError } from '../errors.js';
import { largestUpload } from '../import/largest-upload.js';
import { CollectTokens } from './collect-tokens.js';
import { collectCommand } from './collect-command.js';

/** Logs that wait for their turn: one is read at a time. */
const mostWaiting = 8;

export interface CollectOptions {
  /** Whether an administrator turned it on. */
  enabled: boolean;
  /** Where clients post to, as they reach it: `http://fsp01.contoso.com:8080`. */
  url(): string;
  /** Takes a log as `fsp import` does, with what is secret in it blanked. */
  upload(name: string, machine: string, log: Buffer): Promise<unknown>;
  logger: { info(message: string): void };
}

/** A leave for one machine, and the line that uses it. */
export interface Leave {
  machine: string;
  command: string;
  expiresAt: number;
}

/** Brings the logs of one machine here, while somebody looks at it. */
export class Collect {
  private readonly tokens = new CollectTokens();
  private turn: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  constructor(private readonly options: CollectOptions) {}

  get enabled(): boolean {
    return this.options.enabled;
  }

  /** @throws FspError FSP_COLLECT_OFF, FSP_UPLOAD_BUSY */
  leaveFor(machine: string, by: string): Leave {
    if (!this.enabled)
      throw new FspError(
        'FSP_COLLECT_OFF',
        'Machines may not bring their logs here; an administrator of the server sets FSP_COLLECT_LOGS=on',
      );
    const { token, expiresAt } = this.tokens.give(machine.toUpperCase(), by);
    this.options.logger.info(
      `${by} may bring logs of ${machine.toUpperCase()} until ${new Date(expiresAt).toISOString()}`,
    );
    const command = collectCommand({ url: `${this.options.url()}/SMS_FSP/collect`, token });
    return { machine: machine.toUpperCase(), command, expiresAt };
  }

  /** Before anything is read. @throws FspError FSP_UNAUTHORIZED */
  admit(authorization: string | undefined): void {
    this.tokens.check(authorization);
  }

  /**
   * A log that a machine brings, packed with gzip or plain.
   * @throws FspError FSP_UNAUTHORIZED, FSP_COLLECT_SPENT, FSP_UPLOAD_BUSY, FSP_REQUEST_INVALID, FSP_LOG_UNREADABLE,
   * FSP_CLICKHOUSE_…
   */
  async take(authorization: string | undefined, name: string, body: Buffer): Promise<void> {
    const allowance = this.tokens.check(authorization);
    if (this.waiting >= mostWaiting)
      throw new FspError('FSP_UPLOAD_BUSY', 'Other logs are being taken; run the line again in some seconds');
    // The body is the reader's only until this returns for the first time.
    const packed = Buffer.from(body);
    this.waiting++;
    const mine = this.turn.then(async () => {
      const log = await unpacked(packed);
      this.tokens.spend(allowance, log.length);
      await this.options.upload(name, allowance.machine, log);
    });
    this.turn = mine.catch(() => undefined);
    try {
      await mine;
    } finally {
      this.waiting--;
    }
  }
}

async function unpacked(body: Buffer): Promise<Buffer> {
  if (body[0] !== 0x1f || body[1] !== 0x8b) return body;
  try {
    return await promisify(gunzip)(body, { maxOutputLength: largestUpload });
  } catch (cause) {
    const tooLarge = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new FspError(
      'FSP_REQUEST_INVALID',
      tooLarge ? `A log of more than ${largestUpload / 1024 / 1024} MB is for fsp import` : 'The packed log is damaged',
      { cause },
    );
  }
}
