import { useEffect, useState, type Ref } from 'react';
import { t } from '@grafana/i18n';
import { Button, Input, Text, useStyles2 } from '@grafana/ui';
import { count } from '../components/format.js';
import { InvalidPattern } from './source.js';
import { getLogStyles } from './styles.js';
import type { Find } from './use-find.js';

interface Props {
  find: Find;
  /** The chosen record. */
  position: number;
  input: Ref<HTMLInputElement>;
  onStep(step: 1 | -1): void;
  onLeave(): void;
}

/** Finding without leaving anything out: how many there are, the next, the previous. */
export function FindBar({ find, position, input, onStep, onLeave }: Props) {
  const styles = useStyles2(getLogStyles);
  const { pattern, setPattern, hits, error } = find;
  const nothing = hits === undefined || hits.count === 0;
  return (
    <>
      <div className={styles.find}>
        <Input
          ref={input}
          value={pattern.text}
          placeholder={t('log.find', 'Find')}
          aria-label={t('log.find', 'Find')}
          invalid={error !== undefined}
          onChange={(event) => {
            setPattern({ ...pattern, text: event.currentTarget.value });
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') onStep(event.shiftKey ? -1 : 1);
            if (event.key === 'Escape') onLeave();
          }}
          addonAfter={
            <>
              <Toggle
                label="Aa"
                name={t('log.match-case', 'Match case')}
                value={pattern.matchCase}
                onChange={(matchCase) => {
                  setPattern({ ...pattern, matchCase });
                }}
              />
              <Toggle
                label=".*"
                name={t('log.regex', 'Regular expression')}
                value={pattern.regex}
                onChange={(regex) => {
                  setPattern({ ...pattern, regex });
                }}
              />
            </>
          }
        />
      </div>
      <Button
        variant="secondary"
        icon="angle-up"
        disabled={nothing}
        aria-label={t('log.find-previous', 'Previous match')}
        tooltip={t('log.find-previous-keys', 'Previous match (Shift+F3)')}
        onClick={() => {
          onStep(-1);
        }}
      />
      <Button
        variant="secondary"
        icon="angle-down"
        disabled={nothing}
        aria-label={t('log.find-next', 'Next match')}
        tooltip={t('log.find-next-keys', 'Next match (F3)')}
        onClick={() => {
          onStep(1);
        }}
      />
      <Text variant="bodySmall" color={error === undefined ? 'secondary' : 'error'}>
        <span role="status">
          <FindState find={find} position={position} />
        </span>
      </Text>
    </>
  );
}

function Toggle(props: { label: string; name: string; value: boolean; onChange(value: boolean): void }) {
  const { label, name, value, onChange } = props;
  const styles = useStyles2(getLogStyles);
  return (
    <Button
      variant="secondary"
      className={value ? styles.pressed : undefined}
      aria-label={name}
      tooltip={name}
      aria-pressed={value}
      onClick={() => {
        onChange(!value);
      }}
    >
      {label}
    </Button>
  );
}

/** `3 of 120`, that it is being looked for, or why it cannot be. */
function FindState({ find: { hits, loading, error }, position }: Pick<Props, 'find' | 'position'>) {
  const [rank, setRank] = useState<{ hits: typeof hits; position: number; at: number }>();
  useEffect(() => {
    if (hits === undefined || position < 0) return undefined;
    let dropped = false;
    Promise.all([hits.rank(position), hits.rank(position + 1)]).then(
      ([before, upTo]) => {
        if (!dropped) setRank({ hits, position, at: upTo > before ? upTo : 0 });
      },
      // The number is a courtesy: the match itself tells what is wrong.
      () => undefined,
    );
    return () => {
      dropped = true;
    };
  }, [hits, position]);
  if (error instanceof InvalidPattern)
    return (
      <>
        {t('log.no-regex', 'No regular expression: {{why}}', {
          why: error.message,
          interpolation: { escapeValue: false },
        })}
      </>
    );
  if (error !== undefined) return <>{error.message}</>;
  if (loading) return <>{t('log.finding', 'Looking…')}</>;
  if (hits === undefined) return null;
  const all = count(hits.count);
  if (hits.count === 0) return <>{t('log.found-none', 'not found')}</>;
  if (rank?.hits === hits && rank.position === position && rank.at > 0)
    return <>{t('log.found-at', '{{at}} of {{all}} found', { at: count(rank.at), all })}</>;
  return <>{t('log.found', '{{all}} found', { all })}</>;
}
