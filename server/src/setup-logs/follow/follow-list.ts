import { realpath } from 'node:fs/promises';
import { join, posix, relative, resolve, win32 } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeWholeSync } from '../../disk/whole-file.js';
import { FspError } from '../../errors.js';
import { keptJsonOrAside } from '../../disk/kept-file.js';
import { isFollowedName } from '../files/names.js';
import type { FileThreads } from './file-threads.js';
import { FollowedFiles } from './followed-files.js';

const mostLogs = 50;
const mostLength = 1_000;
const answerWithinMs = 5_000;

/** Where Configuration Manager writes the two logs of the role's set-up (domain notes, *Set-up is verified by two logs*). */
export const usualPlaces = [
  { log: 'SMSFSPSetup.log', path: 'C:\\Program Files\\Microsoft Configuration Manager\\Logs\\SMSFSPSetup.log' },
  { log: 'fspMSI.log', path: 'C:\\Program Files\\SMS_CCM\\Logs\\fspMSI.log' },
  { log: 'SMSFSPSetup.log', path: 'C:\\SMS\\Logs\\SMSFSPSetup.log' },
  { log: 'fspMSI.log', path: 'C:\\SMS\\Logs\\fspMSI.log' },
] as const;

export interface FollowListOptions {
  dataDir: string;
  /** What the settings say is followed. */
  targets: readonly string[];
  setupLogs: { follow(path: string): void; unfollow(path: string): void };
  /** Who asks for files, as for those who follow. */
  threads: FileThreads;
  logger: { warn(message: string): void };
}

/**
 * Logs that administrators follow beside those of the settings, kept in the data folder over restarts. Only logs: a full
 * path that ends in .log or .lo_, also behind links, to a file or to nothing yet, outside of the data folder; so that
 * whoever may manage the role reads no other file with it.
 */
export class FollowList {
  private paths: string[];
  /** A share that hangs holds a thread: one at the most, however often somebody asks. */
  private readonly files: FollowedFiles;

  constructor(private readonly options: FollowListOptions) {
    this.paths = kept(this.file, options.logger);
    this.files = new FollowedFiles(options.threads);
    for (const path of this.paths) options.setupLogs.follow(path);
  }

  /** What was added, in its order. */
  added(): readonly string[] {
    return this.paths;
  }

  /**
   * @throws FspError FSP_REQUEST_INVALID where the path is no log's; FSP_LOG_UNREADABLE where the file system does not
   * say what it is
   */
  async add(path: string): Promise<void> {
    const late = sleep(answerWithinMs, 'late' as const, { ref: false });
    if ((await Promise.race([this.check(path), late])) === 'late')
      throw new FspError(
        'FSP_LOG_UNREADABLE',
        `${path.slice(0, 200)} cannot be looked up: the file system does not answer; see that its share can be reached, and try again`,
      );
    if (this.paths.includes(path) || this.options.targets.includes(path)) return;
    if (this.paths.length >= mostLogs)
      throw invalid(
        `${mostLogs} logs are followed already; give one of them up first, or name their folder in FSP_SETUP_LOGS`,
      );
    this.write([...this.paths, path]);
    this.options.setupLogs.follow(path);
  }

  /** @throws FspError FSP_NOT_FOUND where it was not added here */
  remove(path: string): void {
    if (!this.paths.includes(path))
      throw new FspError(
        'FSP_NOT_FOUND',
        `${path.slice(0, 200)} was not added here; what FSP_SETUP_LOGS names is followed until that is changed`,
      );
    this.write(this.paths.filter((one) => one !== path));
    this.options.setupLogs.unfollow(path);
  }

  private get file(): string {
    return join(this.options.dataDir, 'followed-logs.json');
  }

  private async check(path: string): Promise<void> {
    const shown = path.slice(0, 200);
    const { isAbsolute, normalize } = process.platform === 'win32' ? win32 : posix;
    // eslint-disable-next-line no-control-regex
    if (path.length > mostLength || /[\u0000-\u001f]/.test(path))
      throw invalid(`${JSON.stringify(shown)} is no path of a file`);
    if (!isAbsolute(path) || normalize(path) !== path)
      throw invalid(`${shown} is no full path as this server sees it; begin at the root, without . and ..`);
    const { path: real, look } = await this.files.ask('behind', path);
    for (const one of [path, real]) {
      if (!isFollowedName(one))
        throw invalid(`${shown} is no log: its name, and that of the file behind it, ends in .log or .lo_`);
      const within = relative(await realpath(this.options.dataDir).catch(() => resolve(this.options.dataDir)), one);
      if (!within.startsWith('..') && !isAbsolute(within))
        throw invalid(`${shown} is the server's own; name a log of a set-up`);
    }
    if (look !== null && !look.isFile) throw invalid(`${shown} is there, and no file; name a log`);
  }

  private write(paths: string[]): void {
    writeWholeSync(this.file, `${JSON.stringify(paths, null, 2)}\n`);
    this.paths = paths;
  }
}

/** None where none was added. A list that somebody damaged is put aside: the settings' logs are followed all the same. */
function kept(file: string, logger: FollowListOptions['logger']): string[] {
  const paths = keptJsonOrAside(file, Array.isArray, (reason, aside) => {
    logger.warn(
      `The list of logs that administrators follow cannot be read (${reason}); it is kept as ${aside}: mend it and put it back, or add its logs anew`,
    );
  });
  return (paths ?? []).filter((one: unknown): one is string => typeof one === 'string');
}

function invalid(message: string): FspError {
  return new FspError('FSP_REQUEST_INVALID', message);
}
