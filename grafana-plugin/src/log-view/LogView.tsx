import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { t } from '@grafana/i18n';
import { Button, Combobox, EmptyState, FilterInput, InlineSwitch, Input, Stack, Text, useStyles2 } from '@grafana/ui';
import { useVirtualizer } from '@tanstack/react-virtual';
import { count } from '../components/format.js';
import { LogRow } from './LogRow.js';
import { RecordDetails } from './RecordDetails.js';
import { filtered, nextError, severityOrder, type LogRecord, type Severity } from './records.js';
import { getLogStyles, rowHeight } from './styles.js';

export interface LogViewOptions {
  showTime: boolean;
  showDelta: boolean;
  showComponent: boolean;
  showThread: boolean;
  showLine: boolean;
  /** Whether new records at the end are followed. */
  follow: boolean;
  leastSeverity: Severity;
}

export const defaultOptions: LogViewOptions = {
  showTime: true,
  showDelta: true,
  showComponent: true,
  showThread: false,
  showLine: true,
  follow: false,
  leastSeverity: 'trace',
};

interface Props {
  records: LogRecord[];
  height: number;
  options?: Partial<LogViewOptions>;
  /** Line of the file that is chosen to begin with. */
  startAtLine?: number;
}

/**
 * A log as CMTrace shows it: rows of one height, only those in view are in the page, so that their number does not matter.
 * Arrow keys move, N and Shift+N go to the next and the previous error.
 */
export function LogView({ records, height, options, startAtLine }: Props) {
  const styles = useStyles2(getLogStyles);
  const shown = useMemo(() => {
    const wanted = { ...defaultOptions, ...options };
    // A column without a single value would only take room.
    const has = (name: 'component' | 'thread') => records.some((record) => record[name] !== '');
    return {
      ...wanted,
      showComponent: wanted.showComponent && has('component'),
      showThread: wanted.showThread && has('thread'),
      showLine: wanted.showLine && records.some(({ line }) => line > 0),
    };
  }, [options, records]);
  const [filter, setFilter] = useState('');
  const [highlight, setHighlight] = useState('');
  const [least, setLeast] = useState<Severity>(shown.leastSeverity);
  const [follow, setFollow] = useState(shown.follow);
  const [chosen, setChosen] = useState(-1);
  const scroller = useRef<HTMLDivElement>(null);

  const rows = useMemo(() => filtered(records, filter, least), [records, filter, least]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const go = (row: number, align: 'center' | 'auto' = 'center') => {
    if (row < 0 || row >= rows.length) return;
    setChosen(rows[row]!);
    virtual.scrollToIndex(row, { align });
  };
  const at = rows.indexOf(chosen);

  useEffect(() => {
    if (startAtLine === undefined) return;
    const index = records.findIndex(({ line }) => line === startAtLine);
    if (index < 0) return;
    setChosen(index);
    virtual.scrollToIndex(index, { align: 'center' });
    // Once, for the records that it began with.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  useEffect(() => {
    if (follow && rows.length > 0) virtual.scrollToIndex(rows.length - 1, { align: 'end' });
  }, [follow, rows.length, virtual]);

  const onKey = (event: KeyboardEvent) => {
    const page = Math.floor((scroller.current?.clientHeight ?? rowHeight) / rowHeight);
    const moves: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: Math.max(0, at - 1),
      PageDown: Math.min(rows.length - 1, at + page),
      PageUp: Math.max(0, at - page),
      Home: 0,
      End: rows.length - 1,
      n: nextError(records, rows, at, 1),
      N: nextError(records, rows, at < 0 ? rows.length : at, -1),
    };
    const to = moves[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    go(to, 'auto');
  };
  const errorAfter = nextError(records, rows, at, 1);
  const errorBefore = nextError(records, rows, at < 0 ? rows.length : at, -1);
  const selected = records[chosen];
  const detailsHeight = selected === undefined ? 0 : 130;

  return (
    <div className={styles.view} style={{ height }}>
      <Stack wrap="wrap" gap={1} alignItems="center">
        <div className={styles.search}>
          <FilterInput
            value={filter}
            onChange={setFilter}
            placeholder={t('log.filter', 'Show only lines with')}
            aria-label={t('log.filter', 'Show only lines with')}
          />
        </div>
        <div className={styles.search}>
          <Input
            value={highlight}
            onChange={(event) => {
              setHighlight(event.currentTarget.value);
            }}
            placeholder={t('log.highlight', 'Highlight')}
            aria-label={t('log.highlight', 'Highlight')}
          />
        </div>
        <Combobox
          aria-label={t('log.least', 'Least severity')}
          width={16}
          value={least}
          options={severityOrder.map((value) => ({ value, label: severityText(value) }))}
          onChange={({ value }) => {
            setLeast(value);
          }}
        />
        <Button
          variant="secondary"
          icon="arrow-up"
          disabled={errorBefore < 0}
          onClick={() => {
            go(errorBefore);
          }}
        >
          {t('log.previous-error', 'Previous error')}
        </Button>
        <Button
          variant="secondary"
          icon="arrow-down"
          disabled={errorAfter < 0}
          onClick={() => {
            go(errorAfter);
          }}
        >
          {t('log.next-error', 'Next error')}
        </Button>
        <InlineSwitch
          id="log-follow"
          label={t('log.follow', 'Follow')}
          showLabel
          value={follow}
          onChange={(event) => {
            setFollow(event.currentTarget.checked);
          }}
        />
        <Text variant="bodySmall" color="secondary">
          {t('log.count', '{{shown}} of {{all}} lines', { shown: count(rows.length), all: count(records.length) })}
        </Text>
      </Stack>
      {rows.length === 0 ? (
        <EmptyState
          variant="not-found"
          message={records.length === 0 ? t('log.empty', 'The log is empty') : t('app.no-match', 'Nothing matches')}
        />
      ) : (
        <div
          ref={scroller}
          className={styles.scroller}
          style={{ marginBottom: detailsHeight === 0 ? 0 : 8 }}
          tabIndex={0}
          role="grid"
          aria-label={t('log.lines', 'Lines of the log')}
          aria-rowcount={rows.length}
          aria-activedescendant={selected === undefined ? undefined : `log-row-${chosen}`}
          onKeyDown={onKey}
        >
          <div style={{ height: virtual.getTotalSize(), position: 'relative' }} role="rowgroup">
            {virtual.getVirtualItems().map(({ index, start }) => (
              <LogRow
                key={rows[index]}
                record={records[rows[index]!]!}
                before={records[rows[index]! - 1]}
                id={`log-row-${rows[index]!}`}
                rowIndex={index}
                top={start}
                chosen={rows[index] === chosen}
                highlight={highlight}
                options={shown}
                onChoose={() => {
                  setChosen(rows[index]!);
                }}
              />
            ))}
          </div>
        </div>
      )}
      {selected !== undefined && (
        <RecordDetails
          record={selected}
          height={detailsHeight}
          onClose={() => {
            setChosen(-1);
          }}
        />
      )}
    </div>
  );
}

export function severityText(severity: Severity): string {
  switch (severity) {
    case 'trace':
      return t('severity.trace', 'Trace');
    case 'debug':
      return t('severity.debug', 'Debug');
    case 'info':
      return t('severity.info', 'Information');
    case 'warning':
      return t('severity.warning', 'Warning');
    case 'error':
      return t('severity.error', 'Error');
    case 'fatal':
      return t('severity.fatal', 'Fatal');
  }
}
