import type { Attributes } from '@opentelemetry/api';
import type { MessageDescription } from '../catalog/describe.js';
import type { StateMessage } from '../report/types.js';

/** Codes beyond the catalogue's that are counted by themselves. Anyone can send any number. */
const mostUnknown = 100;
/** OpenTelemetry's word for an error.type that is told no further. */
const other = '_OTHER';

/**
 * The causes of failures as values of a metric, no more than the catalogue has and a hundred others: beyond them a
 * failure counts as `_OTHER`, and that is said once.
 */
export class FailureCauses {
  private readonly unknown = new Set<string>();
  private capped = false;

  constructor(
    private readonly siteCode: string,
    private readonly onCapped: (most: number) => void,
  ) {}

  attributesOf({ topic, state }: StateMessage, { errorCode, errorText }: MessageDescription): Attributes {
    const cause = errorCode === '' ? `topic ${topic.type} state ${state.id}` : errorCode;
    const known = errorCode === '' || errorText !== '';
    return { 'configmgr.site.code': this.siteCode, 'error.type': known ? cause : this.bounded(cause) };
  }

  private bounded(cause: string): string {
    if (this.unknown.has(cause)) return cause;
    if (this.unknown.size < mostUnknown) {
      this.unknown.add(cause);
      return cause;
    }
    if (!this.capped) {
      this.capped = true;
      this.onCapped(mostUnknown);
    }
    return other;
  }
}
