import { useState } from 'react';
import { t } from '@grafana/i18n';
import { Button, Input, useStyles2 } from '@grafana/ui';
import type { ToolbarProps } from './toolbar-props.js';
import { getLogStyles } from './styles.js';

/** Jumps: beginning, end, first error, cause, a line, a time. */
export function GoToBar({ log, errors, goTo, choose, landmarks, zone, sample }: ToolbarProps) {
  const styles = useStyles2(getLogStyles);
  const [line, setLine] = useState('');
  const [time, setTime] = useState('');
  const file = sample?.file ?? 0;
  const moment = momentOf(time, zone === 'browser', zone === 'log' ? (sample?.utcOffset ?? 0) : 0);
  return (
    <div className={styles.bar}>
      <Button
        size="sm"
        variant="secondary"
        onClick={() => {
          choose(0);
        }}
      >
        {t('log.go-begin', 'Beginning')}
      </Button>
      <Button
        size="sm"
        variant="secondary"
        disabled={errors === undefined || errors.count === 0}
        onClick={() => {
          void errors?.after(-1).then(choose);
        }}
      >
        {t('log.go-first-error', 'First error')}
      </Button>
      {landmarks.map(({ name, place }) => (
        <Button
          key={`${name} ${place.line}`}
          size="sm"
          variant="secondary"
          onClick={() => {
            goTo(place);
          }}
        >
          {name}
        </Button>
      ))}
      <Button
        size="sm"
        variant="secondary"
        onClick={() => {
          choose(log.total - 1);
        }}
      >
        {t('log.go-end', 'End')}
      </Button>
      <form
        className={styles.bar}
        onSubmit={(event) => {
          event.preventDefault();
          if (/^\d+$/.test(line)) goTo({ file, line: Number(line) });
        }}
      >
        <Input
          width={14}
          inputMode="numeric"
          value={line}
          aria-label={t('log.line-number', 'Line number')}
          placeholder={t('log.line-number', 'Line number')}
          onChange={(event) => {
            setLine(event.currentTarget.value.trim());
          }}
        />
        <Button size="sm" variant="secondary" type="submit" disabled={!/^\d+$/.test(line)}>
          {t('log.go-line', 'Go to the line')}
        </Button>
      </form>
      <form
        className={styles.bar}
        onSubmit={(event) => {
          event.preventDefault();
          if (moment !== null) goTo({ time: moment });
        }}
      >
        <Input
          width={28}
          type="datetime-local"
          step={1}
          value={time}
          aria-label={t('log.time', 'Time')}
          onChange={(event) => {
            setTime(event.currentTarget.value);
          }}
        />
        <Button size="sm" variant="secondary" type="submit" disabled={moment === null}>
          {t('log.go-time', 'Go to the time')}
        </Button>
      </form>
    </div>
  );
}

/** What was entered, on the clock that the times are shown by. */
function momentOf(text: string, isBrowser: boolean, utcOffset: number): number | null {
  if (text === '') return null;
  const moment = Date.parse(isBrowser ? text : `${text}${text.length === 16 ? ':00' : ''}Z`) - utcOffset * 60_000;
  return Number.isNaN(moment) ? null : moment;
}
