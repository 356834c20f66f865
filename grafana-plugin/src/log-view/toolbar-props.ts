import type { Ref } from 'react';
import type { HighlightRule } from './highlight-rules.js';
import type { LogViewOptions } from './options.js';
import type { Hits, Landmark, LogRecord, LogSource, OpenLog, Place, Scope } from './source.js';
import type { ZoneChoice } from './times.js';
import type { Find } from './use-find.js';

/** What the rows of buttons above a log know of it, and may change. */
export interface ToolbarProps {
  log: OpenLog;
  source: LogSource;
  find: Find;
  findInput: Ref<HTMLInputElement>;
  errors: Hits | undefined;
  onStep(hits: Hits | undefined, direction: 1 | -1): void;
  onLeaveFind(): void;
  goTo(place: Place): void;
  choose(position: number): void;
  landmarks: Landmark[];
  scope: Scope;
  setScope(scope: Scope): void;
  options: LogViewOptions;
  setOptions(options: LogViewOptions): void;
  follow: boolean;
  setFollow(follow: boolean): void;
  zone: ZoneChoice;
  setZone(zone: ZoneChoice): void;
  /** A record that tells of which zone the times are. */
  sample: LogRecord | undefined;
  unfoldAll: boolean;
  setUnfoldAll(all: boolean): void;
  rules: HighlightRule[];
  setRules(rules: HighlightRule[]): void;
  /** Positions of the selected records, the last one excluded. */
  selection: { from: number; to: number } | null;
}
