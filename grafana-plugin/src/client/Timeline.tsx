import { useMemo } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Badge, RadioButtonGroup, Stack, Text, TextLink, useStyles2 } from '@grafana/ui';
import { useUrlParam } from '../app/url-state.js';
import { errorText } from '../catalog/errors.js';
import { duration, moment } from '../components/format.js';
import { OutcomeBadge } from '../components/OutcomeBadge.js';
import { appPath } from '../constants.js';
import { visible } from '../log-view/visible.js';
import type { ClientMessage } from '../queries/clients.js';
import type { Trouble } from '../queries/client-logs.js';
import type { SetupRun } from '../queries/setup-logs.js';
import { verdictSentence } from '../setup-logs/texts.js';
import { MessageEntry } from './MessageEntry.js';

type Entry =
  | { kind: 'message'; at: number; id: string; message: ClientMessage }
  | { kind: 'trouble'; at: number; id: string; trouble: Trouble }
  | { kind: 'run'; at: number; id: string; run: SetupRun };

interface Props {
  messages: readonly ClientMessage[];
  troubles: readonly Trouble[];
  runs: readonly SetupRun[];
}

/** Where a run is read, at one of its lines. */
export const runPath = (runId: string, line?: number) =>
  `${appPath}/setup-logs?run=${encodeURIComponent(runId)}${line === undefined ? '' : `&line=${line}`}&from=0&to=now`;

const fileOf = (path: string) => path.split(/[\\/]/).at(-1) ?? path;

/** What the machine said to the fallback status point and what its logs say, by time, the newest first. */
export function Timeline({ messages, troubles, runs }: Props) {
  const styles = useStyles2(getStyles);
  const [shown, setShown] = useUrlParam('timeline');
  const entries = useMemo(() => {
    const all: Entry[] = [
      ...(shown === 'logs'
        ? []
        : messages.map((message) => ({
            kind: 'message' as const,
            at: message.said_at,
            id: message.message_id,
            message,
          }))),
      ...(shown === 'messages'
        ? []
        : [
            ...troubles.map((trouble) => ({
              kind: 'trouble' as const,
              at: trouble.logged_at,
              id: trouble.record_id,
              trouble,
            })),
            ...runs.map((run) => ({ kind: 'run' as const, at: run.ended_at ?? run.started_at, id: run.run_id, run })),
          ]),
    ];
    return all.sort((a, b) => b.at - a.at);
  }, [messages, troubles, runs, shown]);
  const hasLogs = troubles.length + runs.length > 0;
  return (
    <>
      {hasLogs && (
        <RadioButtonGroup
          aria-label={t('timeline.sources', 'What the time line shows')}
          size="sm"
          value={shown === 'messages' || shown === 'logs' ? shown : ''}
          onChange={setShown}
          options={[
            { value: '', label: t('timeline.all', 'Everything') },
            { value: 'messages', label: t('timeline.messages', 'Messages') },
            { value: 'logs', label: t('timeline.logs', 'Logs') },
          ]}
        />
      )}
      <ol className={styles.timeline}>
        {entries.map((entry, index) => {
          const before = entries[index + 1];
          const after = before === undefined ? null : (entry.at - before.at) / 1000;
          return (
            <li key={`${entry.kind} ${entry.id}`} className={styles.entry}>
              <div className={styles.when}>
                <div>{moment(entry.at)}</div>
                {after !== null && (
                  <Text
                    variant="bodySmall"
                    color="secondary"
                  >{`${after < 0 ? '−' : '+'} ${duration(Math.abs(after))}`}</Text>
                )}
              </div>
              <div className={styles.what}>
                {entry.kind === 'message' && <MessageEntry message={entry.message} />}
                {entry.kind === 'trouble' && <TroubleEntry trouble={entry.trouble} />}
                {entry.kind === 'run' && <RunEntry run={entry.run} />}
              </div>
            </li>
          );
        })}
      </ol>
    </>
  );
}

function TroubleEntry({ trouble }: { trouble: Trouble }) {
  const { severity, log_file, line_number, run_id, message, error_code, error_text } = trouble;
  return (
    <Stack direction="column" gap={0.25}>
      <Stack gap={1} alignItems="center" wrap="wrap">
        <Badge
          color={severity === 'WARN' ? 'orange' : severity === 'INFO' ? 'blue' : 'red'}
          text={visible(fileOf(log_file))}
        />
        <Text variant="bodySmall" color="secondary">
          {run_id === '' ? (
            t('log.line', 'line {{line}}', { line: line_number })
          ) : (
            <TextLink href={runPath(run_id, line_number)} inline={false} variant="bodySmall">
              {t('log.line', 'line {{line}}', { line: line_number })}
            </TextLink>
          )}
        </Text>
      </Stack>
      <code style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap', unicodeBidi: 'isolate' }}>
        {visible(message)}
      </code>
      {/* `Return value 3` of an action is no error code of Windows. */}
      {error_code.length > 2 && (
        <Text variant="bodySmall" color="secondary">
          {error_code} {errorText(error_code, error_text)}
        </Text>
      )}
    </Stack>
  );
}

function RunEntry({ run }: { run: SetupRun }) {
  return (
    <Stack direction="column" gap={0.25}>
      <Stack gap={1} alignItems="center" wrap="wrap">
        <OutcomeBadge outcome={run.verdict} />
        <Text weight="medium">{verdictSentence(run.verdict)}</Text>
        <TextLink href={runPath(run.run_id)} inline={false}>
          {visible(`${fileOf(run.log_file)} ${run.product_name} ${run.product_version}`.trim())}
        </TextLink>
      </Stack>
      {run.cause !== '' && <Text>{visible(run.cause)}</Text>}
    </Stack>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  timeline: css({ listStyle: 'none', margin: theme.spacing(1, 0) }),
  entry: css({
    display: 'flex',
    flexWrap: 'wrap',
    columnGap: theme.spacing(3),
    padding: theme.spacing(1.5, 0),
    borderTop: `1px solid ${theme.colors.border.weak}`,
  }),
  when: css({ width: 170, flexShrink: 0, fontVariantNumeric: 'tabular-nums' }),
  what: css({ minWidth: 0, flex: '1 1 240px', overflowWrap: 'anywhere' }),
});
