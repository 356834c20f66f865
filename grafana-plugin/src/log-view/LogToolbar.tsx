import { useState } from 'react';
import { t } from '@grafana/i18n';
import { Button, Combobox, Text, useStyles2 } from '@grafana/ui';
import { copyText, tellFailure } from '../components/copy-text.js';
import { count } from '../components/format.js';
import { messagesOf, saveFile, textsOf } from './export-text.js';
import { FindBar } from './FindBar.js';
import { GoToBar } from './GoToBar.js';
import { HighlightEditor } from './HighlightEditor.js';
import { nameOf } from './LogGrid.js';
import { severityText } from './options.js';
import { severityOrder, type LogRecord } from './source.js';
import { getLogStyles } from './styles.js';
import { hasTime, zoneText, type ZoneChoice } from './times.js';
import type { ToolbarProps } from './toolbar-props.js';
import { ViewBar } from './ViewBar.js';

type Panel = 'go-to' | 'view' | 'highlight';

/** What can be done with a log: the usual in one row, the rest in rows that open below it. */
export function LogToolbar(props: ToolbarProps) {
  const { log, find, findInput, errors, scope, setScope, selection, onStep } = props;
  const styles = useStyles2(getLogStyles);
  const [panel, setPanel] = useState<Panel>();
  const opens = (wanted: Panel) => ({
    variant: 'secondary' as const,
    icon: panel === wanted ? ('angle-up' as const) : ('angle-down' as const),
    'aria-expanded': panel === wanted,
    onClick: () => {
      setPanel(panel === wanted ? undefined : wanted);
    },
  });
  const errorsText =
    errors === undefined ? '…' : t('log.errors', 'Errors: {{number}}', { number: count(errors.count) });
  const noErrors = errors === undefined || errors.count === 0;
  return (
    <>
      <div className={styles.bar}>
        <FindBar
          find={find}
          position={selection === null ? -1 : props.selection!.to - 1}
          input={findInput}
          onStep={(direction) => {
            onStep(find.hits, direction);
          }}
          onLeave={props.onLeaveFind}
        />
        <Button
          variant="secondary"
          icon="arrow-up"
          disabled={noErrors}
          aria-label={t('log.previous-error', 'Previous error')}
          tooltip={t('log.previous-error', 'Previous error')}
          onClick={() => {
            onStep(errors, -1);
          }}
        />
        <Button
          variant="secondary"
          icon="arrow-down"
          disabled={noErrors}
          aria-label={`${t('log.next-error', 'Next error')}. ${errorsText}`}
          tooltip={t('log.next-error', 'Next error')}
          onClick={() => {
            onStep(errors, 1);
          }}
        >
          {errorsText}
        </Button>
        <Combobox
          aria-label={t('log.least', 'Least severity')}
          width={16}
          value={scope.least}
          options={severityOrder.map((value) => ({ value, label: severityText(value) }))}
          onChange={({ value }) => {
            setScope({ ...scope, least: value });
          }}
        />
        <Button {...opens('go-to')}>{t('log.go-to', 'Go to')}</Button>
        <Button {...opens('view')}>{t('log.view', 'View')}</Button>
        <Button {...opens('highlight')}>{t('log.highlights', 'Highlights')}</Button>
        <Exports {...props} />
      </div>
      {panel === 'go-to' && <GoToBar {...props} />}
      {panel === 'view' && <ViewBar {...props} />}
      {panel === 'highlight' && <HighlightEditor rules={props.rules} onChange={props.setRules} />}
      <Text variant="bodySmall" color="secondary">
        {[
          t('log.count', '{{shown}} of {{all}} lines', {
            count: log.all,
            defaultValue_one: '{{shown}} of {{all}} line',
            shown: count(log.total),
            all: count(log.all),
          }),
          ...(selection !== null && selection.to - selection.from > 1
            ? [t('log.selected', 'selected: {{number}}', { number: count(selection.to - selection.from) })]
            : []),
          timesText(props.sample, props.zone),
        ]
          .filter((part) => part !== '')
          .join(' · ')}
      </Text>
    </>
  );
}

function timesText(sample: LogRecord | undefined, zone: ZoneChoice): string {
  if (sample === undefined) return '';
  if (!hasTime(sample)) return t('log.times-unknown', 'no time of its own here');
  return t('log.times-in', 'times: {{zone}}', {
    zone: zoneText(sample, zone),
    // React escapes it already.
    interpolation: { escapeValue: false },
  });
}

/** Copying and downloading what is selected, or all. */
function Exports({ log, source, selection }: ToolbarProps) {
  const [done, setDone] = useState<number>();
  const [copied, setCopied] = useState(false);
  const { from, to } = selection ?? { from: 0, to: log.total };
  const download = async (begin: number, end: number) => {
    const parts: string[] = [];
    setDone(0);
    try {
      let written = begin;
      for await (const texts of textsOf(log, begin, end)) {
        parts.push(`${texts.join('\r\n')}\r\n`);
        written += texts.length;
        setDone(written - begin);
      }
      saveFile(nameOf(source.files[0]) || 'log.txt', parts);
    } catch (error) {
      tellFailure(error);
    } finally {
      setDone(undefined);
    }
  };
  return (
    <>
      <Button
        icon={copied ? 'check' : 'copy'}
        variant="secondary"
        disabled={selection === null}
        onClick={() => {
          void messagesOf(log, from, to)
            .then(copyText)
            .then(() => {
              setCopied(true);
              setTimeout(() => {
                setCopied(false);
              }, 2_000);
            })
            .catch(tellFailure);
        }}
      >
        {t('app.copy', 'Copy')}
      </Button>
      <Button
        variant="secondary"
        icon="download-alt"
        disabled={done !== undefined || log.total === 0}
        onClick={() => {
          const isSeveral = selection !== null && to - from > 1;
          void (isSeveral ? download(from, to) : download(0, log.total));
        }}
      >
        {done !== undefined
          ? t('log.downloading', 'Lines: {{number}} …', { number: count(done) })
          : selection !== null && to - from > 1
            ? t('log.download-selection', 'Download selection')
            : t('log.download', 'Download')}
      </Button>
    </>
  );
}
