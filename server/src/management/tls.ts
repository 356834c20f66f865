import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { Agent, Server } from 'node:https';
import {
  checkServerIdentity,
  connect,
  createSecureContext,
  rootCertificates,
  type ConnectionOptions,
  type PeerCertificate,
} from 'node:tls';
import type { Config } from '../config.js';
import { FspError } from '../errors.js';

/** A certificate with those that lead to its root, and its key, as PEM. */
export interface ServerTls {
  cert: string;
  key: string;
}

type TlsSettings = Pick<Config, 'managementTlsCert' | 'managementTlsKey'>;

/** How often the files are looked at: who renews certificates replaces them and tells nobody. */
const lookEveryMs = 2_000;

/**
 * What the management API is encrypted with; null where nothing is configured.
 * @throws FspError FSP_CONFIG_INVALID where a file cannot be read, or the two do not belong together
 */
export function readServerTls({ managementTlsCert, managementTlsKey }: TlsSettings): ServerTls | null {
  if (managementTlsCert === '' && managementTlsKey === '') return null;
  if (managementTlsCert === '' || managementTlsKey === '')
    throw new FspError(
      'FSP_CONFIG_INVALID',
      'FSP_MANAGEMENT_TLS_CERT and FSP_MANAGEMENT_TLS_KEY belong together; set both',
    );
  const tls = {
    cert: read('FSP_MANAGEMENT_TLS_CERT', managementTlsCert),
    key: read('FSP_MANAGEMENT_TLS_KEY', managementTlsKey),
  };
  try {
    createSecureContext(tls);
    new X509Certificate(tls.cert);
  } catch (cause) {
    throw new FspError(
      'FSP_CONFIG_INVALID',
      `The certificate in FSP_MANAGEMENT_TLS_CERT and the key in FSP_MANAGEMENT_TLS_KEY cannot be used (${(cause as Error).message}); allowed: PEM files that belong together, the key without a password`,
      { cause },
    );
  }
  return tls;
}

function read(setting: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new FspError(
      'FSP_CONFIG_INVALID',
      `${setting} is ${file}, which cannot be read (${reason}); name a PEM file`,
      {
        cause,
      },
    );
  }
}

/** The certificate of a server that runs, renewed as its files are. */
export class LiveTls {
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly settings: TlsSettings,
    /** What is in force. */
    public current: ServerTls,
  ) {}

  /** As {@link readServerTls}. */
  static read(settings: TlsSettings): LiveTls | null {
    const tls = readServerTls(settings);
    return tls === null ? null : new LiveTls(settings, tls);
  }

  /** Gives renewed files to the server, until it is stopped. Files that do not fit change nothing and are told. */
  follow(server: object, logger: { info(message: string): void; warn(message: string): void }): void {
    if (!(server instanceof Server)) return;
    let seen = this.changed();
    this.timer = setInterval(() => {
      const now = this.changed();
      if (now === seen) return;
      seen = now;
      try {
        this.current = readServerTls(this.settings) ?? this.current;
        server.setSecureContext(this.current);
        logger.info('The certificate of the management API was renewed');
      } catch (error) {
        logger.warn(`${(error as Error).message}; the earlier certificate stays`);
      }
    }, lookEveryMs).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private changed(): string {
    return [this.settings.managementTlsCert, this.settings.managementTlsKey]
      .map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs)
      .join();
  }
}

/**
 * What a connection of this machine to its own server trusts: that very certificate, whatever name it was made for and
 * whoever signed it, and of others what everybody trusts.
 */
export function trusting(cert: string) {
  const own = new X509Certificate(cert).raw;
  return {
    ca: [cert, ...rootCertificates],
    // The certificate itself is trusted, not only whoever signed it.
    allowPartialTrustChain: true,
    checkServerIdentity: (host: string, peer: PeerCertificate) =>
      own.equals(peer.raw) ? undefined : checkServerIdentity(host, peer),
  };
}

/** Connections of the console to the API beside it, whose certificate may have been renewed since the last one. */
export class OwnTlsAgent extends Agent {
  constructor(private readonly certificate: () => string | null) {
    super();
  }

  /** Called by Node for each new connection. */
  override createConnection(options: ConnectionOptions) {
    const cert = this.certificate();
    return connect(cert === null ? options : { ...options, ...trusting(cert) });
  }
}
