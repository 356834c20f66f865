import { memo, type ReactNode } from 'react';
import { cx } from '@emotion/css';
import { dateTimeFormat } from '@grafana/data';
import { Tooltip, useStyles2 } from '@grafana/ui';
import { codesIn, lookUp } from '../catalog/errors.js';
import type { LogViewOptions } from './LogView.js';
import type { LogRecord } from './records.js';
import { getLogStyles } from './styles.js';

interface Props {
  record: LogRecord;
  /** The record before it in the log, whatever is filtered. */
  before: LogRecord | undefined;
  id: string;
  rowIndex: number;
  top: number;
  chosen: boolean;
  highlight: string;
  options: LogViewOptions;
  onChoose(): void;
}

/** One line. Colour goes with a letter, so that severity is not told by colour alone. */
export const LogRow = memo(function LogRow({
  record,
  before,
  id,
  rowIndex,
  top,
  chosen,
  highlight,
  options,
  onChoose,
}: Props) {
  const styles = useStyles2(getLogStyles);
  const { severity, message, component, thread, line, time } = record;
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={rowIndex + 1}
      aria-selected={chosen}
      className={cx(styles.row, styles[severity], chosen && styles.chosen)}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onChoose}
    >
      {options.showLine && (
        <span role="gridcell" className={styles.line}>
          {line === 0 ? '' : line}
        </span>
      )}
      {options.showTime && (
        <span role="gridcell" className={styles.time}>
          {time === null ? '' : dateTimeFormat(time, { format: 'YYYY-MM-DD HH:mm:ss.SSS' })}
        </span>
      )}
      {options.showDelta && (
        <span role="gridcell" className={styles.delta}>
          {delta(record, before)}
        </span>
      )}
      <span role="gridcell" className={styles.severity} aria-label={severity}>
        {severity[0]!.toUpperCase()}
      </span>
      {options.showComponent && (
        <span role="gridcell" className={styles.component}>
          {component}
        </span>
      )}
      {options.showThread && (
        <span role="gridcell" className={styles.thread}>
          {thread}
        </span>
      )}
      <span role="gridcell" className={styles.message}>
        <Message text={message} highlight={highlight} />
      </span>
    </div>
  );
});

function delta({ time }: LogRecord, before: LogRecord | undefined): string {
  if (time === null || before?.time == null) return '';
  const ms = time - before.time;
  return ms < 1000 ? `+${ms} ms` : `+${(ms / 1000).toFixed(ms < 100_000 ? 1 : 0)} s`;
}

/** The first line of a message, with what is looked for marked and known error codes explained on hover. */
function Message({ text, highlight }: { text: string; highlight: string }) {
  const firstLine = text.split('\n', 1)[0]!.slice(0, 1_000);
  const codes = codesIn(firstLine);
  const patterns = [...codes.map(escaped), ...(highlight === '' ? [] : [escaped(highlight)])];
  if (patterns.length === 0) return <>{firstLine}</>;
  const parts = firstLine.split(new RegExp(`(${patterns.join('|')})`, 'gi'));
  return (
    <>
      {parts.map((part, index): ReactNode =>
        index % 2 === 0 ? part : <Marked key={index} text={part} isCode={codes.includes(part)} />,
      )}
    </>
  );
}

function Marked({ text, isCode }: { text: string; isCode: boolean }) {
  const styles = useStyles2(getLogStyles);
  const known = isCode ? lookUp(text) : null;
  if (known === null) return <mark className={styles.mark}>{text}</mark>;
  return (
    <Tooltip
      content={`${known.name === '' ? known.code : known.name}: ${known.text}${known.suggestion === '' ? '' : ` – ${known.suggestion}`}`}
    >
      <span className={styles.code}>{text}</span>
    </Tooltip>
  );
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
