import type { Attributes } from '@opentelemetry/api';
import type { MessageDescription } from '../catalog/describe.js';
import type { StateMessage } from '../report/types.js';

/** Codes beyond the catalogue's that are counted by themselves. Anyone can send any number. */
const mostUnknown = 100;
/** Causes in all: a site has some dozens, and anyone can send any code with any state. */
const mostCauses = 1_000;
/** OpenTelemetry's word for an error.type that is told no further. */
const other = '_OTHER';

/** A failure, by what it is acknowledged by and by what it is counted by. */
interface CountedCause {
  /** Topic, state and error as one, as the column cause has it: `800/313/1603`. */
  cause: string;
  attributes: Attributes;
}

/**
 * The causes of failures as values of a metric: of codes that the catalogue does not have a hundred, and a thousand causes
 * in all. Beyond them a failure counts as `_OTHER`, and that is said once.
 */
export class FailureCauses {
  private readonly unknown = new Set<string>();
  private readonly counted = new Map<string, Attributes>();
  private readonly acknowledged = new Map<string, Attributes>();
  private capped = false;

  constructor(
    private readonly siteCode: string,
    private readonly onCapped: (what: string) => void,
  ) {}

  of({ topic, state }: StateMessage, { errorCode, errorText }: MessageDescription): CountedCause {
    const cause = `${topic.type}/${state.id}/${errorCode}`;
    let attributes = this.counted.get(cause);
    if (attributes === undefined) {
      if (!this.hasRoom(errorCode, errorText))
        return { cause, attributes: { 'configmgr.site.code': this.siteCode, 'error.type': other } };
      attributes = {
        'configmgr.site.code': this.siteCode,
        'configmgr.topic.type': topic.type,
        'configmgr.state.id': state.id,
        'error.type': errorCode === '' ? `topic ${topic.type} state ${state.id}` : errorCode,
      };
      this.counted.set(cause, attributes);
    }
    return { cause, attributes };
  }

  /** Notes that somebody takes care of a cause; of one that was never counted there is nothing to be silent about. */
  noteAcknowledged(cause: string): void {
    const attributes = this.counted.get(cause);
    if (attributes !== undefined) this.acknowledged.set(cause, attributes);
  }

  /** Causes that somebody took care of at any time since the start. */
  everAcknowledged(): ReadonlyMap<string, Attributes> {
    return this.acknowledged;
  }

  private hasRoom(errorCode: string, errorText: string): boolean {
    if (this.counted.size >= mostCauses) return this.isFull(`${mostCauses} causes of failures`);
    if (errorCode === '' || errorText !== '' || this.unknown.has(errorCode)) return true;
    if (this.unknown.size >= mostUnknown)
      return this.isFull(`${mostUnknown} error codes that the catalogue does not have`);
    this.unknown.add(errorCode);
    return true;
  }

  private isFull(what: string): false {
    if (!this.capped) this.onCapped(what);
    this.capped = true;
    return false;
  }
}
