import { memo, useLayoutEffect, useRef } from 'react';
import { cx } from '@emotion/css';
import { t } from '@grafana/i18n';
import { Tooltip, useStyles2 } from '@grafana/ui';
import { lookUp } from '../catalog/errors.js';
import { count } from '../components/format.js';
import type { Matcher } from './matcher.js';
import { piecesOf, type CompiledRule, type Piece } from './marks.js';
import { isRowRemark, remarkText } from './remarks.js';
import { severityText, type LogViewOptions } from './options.js';
import type { LogRecord } from './source.js';
import { getLogStyles } from './styles.js';
import { elapsed, hasTime, hasZone, timeText, zoneText, type ZoneChoice } from './times.js';
import { visible } from './visible.js';

/** Characters of a line that are laid out; the rest is in the details. */
const mostShown = 1_500;

interface Props {
  record: LogRecord;
  /** The record before it, of whatever file. */
  before: LogRecord | undefined;
  /** Name of its file; '' where there is only one. */
  fileName: string;
  zone: ZoneChoice;
  chosen: boolean;
  selected: boolean;
  unfolded: boolean;
  find: Matcher | null;
  rules: readonly CompiledRule[];
  options: LogViewOptions;
  onChoose(position: number, extend: boolean): void;
  onFold(position: number): void;
  measure(position: number, height: number): void;
}

/** One record. Colour goes with a letter, so that severity is not told by colour alone. */
export const LogRow = memo(function LogRow(props: Props) {
  const { record, before, fileName, zone, chosen, selected, unfolded, options, onChoose, measure } = props;
  const styles = useStyles2(getLogStyles);
  const element = useRef<HTMLDivElement>(null);
  const { position, severity, component, thread, line } = record;
  useLayoutEffect(() => {
    if (element.current !== null) measure(position, element.current.getBoundingClientRect().height);
  });
  const isSure = hasTime(record) && hasZone(record);
  return (
    <div
      ref={element}
      id={`log-row-${position}`}
      role="row"
      aria-rowindex={position + 1}
      aria-selected={selected}
      className={cx(styles.row, styles[severity], selected && styles.selected, chosen && styles.chosen)}
      onClick={(event) => {
        onChoose(position, event.shiftKey);
      }}
    >
      {fileName !== '' && (
        <span role="gridcell" className={styles.file} title={fileName}>
          {fileName}
        </span>
      )}
      {options.showLine && (
        <span role="gridcell" className={styles.line}>
          {line === 0 ? '' : line}
        </span>
      )}
      {options.showTime && (
        <span
          role="gridcell"
          className={cx(styles.time, !isSure && styles.unsure)}
          title={hasTime(record) ? zoneText(record, zone) : undefined}
        >
          {timeText(record, zone)}
          {hasTime(record) && !hasZone(record) && ' ?'}
        </span>
      )}
      {options.showDelta && (
        <span role="gridcell" className={styles.delta}>
          {elapsedText(elapsed(record, before))}
        </span>
      )}
      <span role="gridcell" className={styles.severity} aria-label={severityText(severity)}>
        {severity[0]!.toUpperCase()}
      </span>
      {options.showComponent && (
        <span role="gridcell" className={styles.component} title={component}>
          {visible(component)}
        </span>
      )}
      {options.showThread && (
        <span role="gridcell" className={styles.thread}>
          {visible(thread)}
        </span>
      )}
      <Marks {...props} />
      <span role="gridcell" className={cx(styles.message, options.wrap && styles.wrapped)}>
        <Message {...props} unfolded={unfolded} />
      </span>
    </div>
  );
});

/** What is folded away, and what the parser has to say about the record. */
function Marks({ record, unfolded, onFold }: Props) {
  const styles = useStyles2(getLogStyles);
  const { position, lines, trouble } = record;
  const remarks = record.remarks.filter(isRowRemark);
  if (lines === 1 && remarks.length === 0) return null;
  return (
    <span role="gridcell" style={{ display: 'flex', gap: 4, flexShrink: 0 }}>
      {lines > 1 && (
        <button
          type="button"
          tabIndex={-1}
          className={cx(styles.fold, trouble && styles.trouble)}
          aria-expanded={unfolded}
          aria-label={
            trouble
              ? t('log.fold-trouble', '{{lines}} lines, trouble among them', { lines: count(lines) })
              : t('log.fold', '{{lines}} lines', { lines: count(lines) })
          }
          onClick={(event) => {
            event.stopPropagation();
            onFold(position);
          }}
        >
          {unfolded ? '▾' : '▸'} {count(lines)}
          {trouble && ' ⚠'}
        </button>
      )}
      {remarks.map((remark) => (
        <Tooltip key={remark} content={remarkText(remark)}>
          <span className={styles.remark}>{remark}</span>
        </Tooltip>
      ))}
    </span>
  );
}

/** At the most nine characters: what is longer than the column would be read as another number. */
function durationText(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 600_000) return `${(ms / 1000).toFixed(ms < 100_000 ? 1 : 0)} s`;
  const minutes = ms / 60_000;
  if (minutes < 100) return `${minutes.toFixed(0)} min`;
  if (minutes < 48 * 60) return `${(minutes / 60).toFixed(1)} h`;
  return t('log.days', '{{days}} d', { days: (minutes / 60 / 24).toFixed(0) });
}

function elapsedText(ms: number | null): string {
  if (ms === null) return '';
  const sign = ms < 0 ? '-' : '+';
  const size = Math.abs(ms);
  return sign + durationText(size);
}

function Message({ record, unfolded, find, rules }: Props) {
  const styles = useStyles2(getLogStyles);
  const { message, cut } = record;
  const lineEnd = message.indexOf('\n');
  const whole = unfolded || lineEnd < 0 ? message : message.slice(0, lineEnd);
  const shown = unfolded ? whole : whole.slice(0, mostShown);
  const missing = unfolded ? cut : whole.length - shown.length + (lineEnd < 0 ? cut : 0);
  return (
    <>
      {piecesOf(shown, find, rules).map((piece, index) => (
        <Marked key={index} piece={piece} />
      ))}
      {missing > 0 && (
        <span className={styles.rest}>
          {' '}
          {t('log.more-characters', '… {{number}} more characters, in the details', {
            count: missing,
            defaultValue_one: '… {{number}} more character, in the details',
            number: count(missing),
          })}
        </span>
      )}
    </>
  );
}

function Marked({ piece: { text, mark } }: { piece: Piece }) {
  const styles = useStyles2(getLogStyles);
  const known = mark === 'code' ? lookUp(text) : null;
  if (known !== null) {
    const advice = known.suggestion === '' ? '' : ` – ${known.suggestion}`;
    return (
      <Tooltip content={`${known.name === '' ? known.code : known.name}: ${known.text}${advice}`}>
        <span className={styles.code}>{text}</span>
      </Tooltip>
    );
  }
  if (mark === 'none' || mark === 'code') return <>{visible(text)}</>;
  return <mark className={styles[mark]}>{visible(text)}</mark>;
}
