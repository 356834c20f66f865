import { createRequire } from 'node:module';
import { FspError } from '../errors.js';

/** What decides whether there is an embedded engine for a machine. */
export interface Platform {
  /** As `process.platform` and `process.arch` have them. */
  os: string;
  cpu: string;
  /** The C library, where the system is Linux. */
  libc: 'glibc' | 'musl' | null;
  /** Finds a file of an installed package, and throws where it is not. */
  resolve(file: string): string;
}

/** A ClickHouse for those who have none: the image lets its user `default` in from elsewhere only with a password. */
const container =
  'docker run -d --name clickhouse -p 127.0.0.1:8123:8123 -e CLICKHOUSE_PASSWORD=choose-one clickhouse/clickhouse-server:25.8';
const remedy = `run one: ${container}, and start with FSP_CLICKHOUSE_URL=http://127.0.0.1:8123 FSP_CLICKHOUSE_PASSWORD=choose-one`;

/** The machine that this process runs on. */
export function thisPlatform(): Platform {
  const { platform: os, arch: cpu } = process;
  return { os, cpu, libc: os === 'linux' ? libc() : null, resolve: createRequire(import.meta.url).resolve };
}

/**
 * Where the library of the embedded engine is.
 * @throws FspError FSP_ENGINE_UNAVAILABLE with what to do instead, on one line
 */
export function engineLibrary({ os, cpu, libc, resolve }: Platform): string {
  if (os !== 'linux' || cpu !== 'x64' || libc === 'musl') {
    const here = [os, cpu, libc].filter((part) => part !== null).join(' ');
    throw new FspError(
      'FSP_ENGINE_UNAVAILABLE',
      `The embedded ClickHouse exists for Linux on x64 with glibc, and this is ${here}; ${remedy}`,
    );
  }
  try {
    // Both came with the engine, or neither: the library, and what calls it.
    resolve('ffi-rs');
    return resolve('@chdb/lib-linux-x64-gnu/libchdb.so');
  } catch {
    throw new FspError(
      'FSP_ENGINE_UNAVAILABLE',
      `The embedded ClickHouse was left out when this was installed; install again with optional dependencies, or ${remedy}`,
    );
  }
}

/** Node is built against one of the two and tells the version of glibc in its report. */
function libc(): 'glibc' | 'musl' {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
}
