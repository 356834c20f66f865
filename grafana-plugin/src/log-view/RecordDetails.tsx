import { useCallback, useState, type ReactNode } from 'react';
import { t } from '@grafana/i18n';
import { ClipboardButton, IconButton, InlineSwitch, Stack, Text, useStyles2 } from '@grafana/ui';
import { CodeMeaning } from '../catalog/CodeMeaning.js';
import { codesIn } from '../catalog/errors.js';
import { count } from '../components/format.js';
import { QueryState } from '../components/QueryState.js';
import { useLoaded } from '../queries/use-loaded.js';
import { severityText } from './options.js';
import { remarkText } from './remarks.js';
import type { LogFile, LogRecord, OpenLog, WholeText } from './source.js';
import { getLogStyles } from './styles.js';
import { hasTime, hasZone, timeText, zoneText } from './times.js';
import { visible } from './visible.js';

/** Characters that the pane lays out; more than that is for copying and downloading. */
const mostShown = 200_000;
/** Characters in which codes are looked for. */
const mostSearched = 20_000;

interface Props {
  log: OpenLog;
  /** Absent while it is on its way. */
  record: LogRecord | undefined;
  file: LogFile | undefined;
  height: number;
  onClose(): void;
}

/** The chosen record in full: every field, what its remarks and error codes mean, its whole text. */
export function RecordDetails({ log, record, file, height, onClose }: Props) {
  const styles = useStyles2(getLogStyles);
  return (
    <section
      className={styles.details}
      // As tall without a record: the rows above it do not jump when one comes.
      style={{ height }}
      aria-label={t('log.chosen', 'Chosen line')}
      aria-busy={record === undefined}
      // Long texts are scrolled with the keyboard.
      tabIndex={0}
    >
      {record !== undefined && <Details log={log} record={record} file={file} onClose={onClose} />}
    </section>
  );
}

function Details({ log, record, file, onClose }: Omit<Props, 'height'> & { record: LogRecord }) {
  const styles = useStyles2(getLogStyles);
  const text = useLoaded(
    useCallback(
      async () => (await log.whole([record]))[0] ?? { message: record.message, original: null },
      [log, record],
    ),
  );
  const { component, thread, source, line, severity, remarks } = record;
  const facts: [name: string, value: ReactNode][] = [
    [t('log.time', 'Time'), <Times key="time" record={record} />],
    [t('log.severity', 'Severity'), severityText(severity)],
    [t('log.component', 'Component'), visible(component)],
    [t('log.thread-name', 'Thread'), visible(thread)],
    [t('log.source', 'Source'), visible(source)],
    [t('log.place', 'Place'), placeText(file, line)],
    ...remarks.map((remark): [string, ReactNode] => [remark, remarkText(remark)]),
  ];
  return (
    <>
      <Stack justifyContent="space-between" alignItems="flex-start">
        <dl className={styles.facts}>
          {facts
            .filter(([, value]) => value !== '')
            .map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name} value`}>{value}</dd>])}
        </dl>
        <IconButton name="times" aria-label={t('app.close', 'Close')} onClick={onClose} />
      </Stack>
      <QueryState of={text}>{(whole) => <Texts text={whole} />}</QueryState>
    </>
  );
}

function Times({ record }: { record: LogRecord }) {
  if (!hasTime(record) || !hasZone(record)) {
    const zone = hasTime(record) ? ` ${zoneText(record, 'utc')}` : '';
    return <>{timeText(record, 'utc') + zone}</>;
  }
  const zones = record.utcOffset === null ? (['browser', 'utc'] as const) : (['log', 'browser', 'utc'] as const);
  const texts = zones.map((zone) => `${timeText(record, zone)} ${zoneText(record, zone)}`);
  return <>{[...new Set(texts)].join(' · ')}</>;
}

function placeText(file: LogFile | undefined, line: number): string {
  const where = line === 0 ? '' : t('log.line', 'line {{line}}', { line });
  return [file?.host ?? '', file?.path ?? '', where].filter((part) => part !== '').join(' · ');
}

function Texts({ text: { message, original } }: { text: WholeText }) {
  const styles = useStyles2(getLogStyles);
  const [isOriginal, setOriginal] = useState(false);
  const text = isOriginal && original !== null ? original : message;
  return (
    <>
      {codesIn(message.slice(0, mostSearched)).map((code) => (
        <CodeMeaning key={code} code={code} />
      ))}
      <pre className={styles.full}>{visible(text.slice(0, mostShown))}</pre>
      {text.length > mostShown && (
        <Text color="secondary" italic>
          {t('log.more-to-copy', '… {{number}} more characters; copy or download the line to read them', {
            count: text.length - mostShown,
            defaultValue_one: '… {{number}} more character; copy or download the line to read it',
            number: count(text.length - mostShown),
          })}
        </Text>
      )}
      <Stack alignItems="center">
        <ClipboardButton icon="copy" size="sm" variant="secondary" getText={() => text}>
          {t('log.copy-line', 'Copy this line')}
        </ClipboardButton>
        {original !== null && original !== message && (
          <InlineSwitch
            id="log-original"
            label={t('log.original', 'As in the file')}
            showLabel
            value={isOriginal}
            onChange={(event) => {
              setOriginal(event.currentTarget.checked);
            }}
          />
        )}
      </Stack>
    </>
  );
}
