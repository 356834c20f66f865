import { useEffect, useImperativeHandle, useLayoutEffect, useRef, type KeyboardEvent, type Ref } from 'react';
import { cx } from '@emotion/css';
import { t } from '@grafana/i18n';
import { useStyles2 } from '@grafana/ui';
import { LogRow } from './LogRow.js';
import type { CompiledRule } from './marks.js';
import type { Matcher } from './matcher.js';
import type { LogViewOptions } from './options.js';
import type { LogFile, LogRecord } from './source.js';
import { getLogStyles, rowHeight } from './styles.js';
import type { ZoneChoice } from './times.js';
import type { Windows } from './use-open-log.js';
import { useRowScroll } from './use-row-scroll.js';

/** The records that are chosen: the one that has the details, and where the selection begins. */
export interface Selection {
  position: number;
  anchor: number;
}

export interface GridHandle {
  reveal(position: number, align: 'center' | 'nearest' | 'end'): void;
  focus(): void;
  /** Rows that fit. */
  rows: number;
  /** First one that is seen. */
  top: number;
}

interface Props {
  ref: Ref<GridHandle>;
  total: number;
  windows: Windows;
  files: readonly LogFile[];
  selection: Selection;
  zone: ZoneChoice;
  options: LogViewOptions;
  find: Matcher | null;
  rules: readonly CompiledRule[];
  /** Changes when every row may have another height. */
  layout: string;
  isUnfolded(position: number): boolean;
  onChoose(position: number, extend: boolean): void;
  onFold(position: number): void;
  onKeyDown(event: KeyboardEvent): void;
}

/** Whether what the mouse did was to mark a text, not to choose a row. */
const isMarking = () => (globalThis.getSelection()?.toString() ?? '') !== '';

/** The rows of a log, of which only those in view are in the page. */
export function LogGrid(props: Props) {
  const { ref, total, windows, files, selection, zone, options, find, rules, layout } = props;
  const { isUnfolded, onChoose, onFold, onKeyDown } = props;
  const styles = useStyles2(getLogStyles);
  const scroll = useRowScroll(total, layout);
  const { anchor, end } = scroll;
  useImperativeHandle(ref, () => ({
    reveal: scroll.reveal,
    focus: () => {
      scroll.element()?.focus();
    },
    rows: scroll.rows,
    top: anchor.index,
  }));
  const [first, last] = [
    Math.min(selection.anchor, selection.position),
    Math.max(selection.anchor, selection.position),
  ];
  const isChosenSeen = selection.position >= anchor.index && selection.position < end;
  useEffect(() => {
    // The row before the first is needed for the time between the two.
    windows.at(Math.max(0, anchor.index - 1));
  });
  // The chosen row, or the end where one is at it, stays in view when the view becomes lower: the details open below it.
  const kept = useRef({ viewport: scroll.viewport, position: -1 });
  useLayoutEffect(() => {
    const before = kept.current;
    kept.current = {
      viewport: scroll.viewport,
      position: isChosenSeen ? selection.position : end === total ? end - 1 : -1,
    };
    if (before.viewport === scroll.viewport || before.position < 0) return;
    kept.current.position = before.position;
    if (before.position >= end - 1) scroll.reveal(before.position, 'center');
  });
  const positions = Array.from({ length: end - anchor.index }, (_, index) => anchor.index + index);
  return (
    <div
      ref={scroll.ref}
      className={styles.scroller}
      tabIndex={0}
      role="grid"
      aria-label={t('log.lines', 'Lines of the log')}
      aria-rowcount={total}
      aria-multiselectable
      aria-activedescendant={isChosenSeen ? `log-row-${selection.position}` : undefined}
      onKeyDown={onKeyDown}
      onScroll={scroll.onScroll}
    >
      <div
        style={{ height: scroll.height, width: options.wrap ? '100%' : 'max-content', minWidth: '100%' }}
        role="presentation"
      >
        <div className={styles.sticky} style={{ height: Math.min(scroll.viewport, scroll.height) }} role="presentation">
          <div style={{ transform: `translateY(${-anchor.hidden}px)` }} role="rowgroup">
            {positions.map((position) => {
              const record = windows.at(position);
              return record === undefined ? (
                <Waiting key={position} position={position} />
              ) : (
                <LogRow
                  key={position}
                  record={record}
                  before={position === 0 ? undefined : windows.at(position - 1)}
                  fileName={files.length > 1 ? nameOf(files[record.file]) : ''}
                  zone={zone}
                  chosen={position === selection.position}
                  selected={position >= first && position <= last && selection.position >= 0}
                  unfolded={isUnfolded(position)}
                  find={find}
                  rules={rules}
                  options={options}
                  onChoose={(at, extend) => {
                    if (extend || !isMarking()) onChoose(at, extend);
                  }}
                  onFold={onFold}
                  measure={scroll.measure}
                />
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}

export function nameOf(file: LogFile | undefined): string {
  return file?.path.split(/[\\/]/).at(-1) ?? '';
}

/** Columns that the records seen so far have a value for. */
export function columnsOf(records: readonly (LogRecord | undefined)[]): Set<'component' | 'thread' | 'line'> {
  const columns = new Set<'component' | 'thread' | 'line'>();
  for (const record of records) {
    if (record === undefined) continue;
    if (record.component !== '') columns.add('component');
    if (record.thread !== '') columns.add('thread');
    if (record.line > 0) columns.add('line');
  }
  return columns;
}

/** A row that is on its way. */
function Waiting({ position }: { position: number }) {
  const styles = useStyles2(getLogStyles);
  return (
    <div
      role="row"
      aria-rowindex={position + 1}
      aria-busy
      className={cx(styles.row, styles.waiting)}
      style={{ height: rowHeight }}
    >
      <span role="gridcell">…</span>
    </div>
  );
}
