import { useCallback, useMemo, useState } from 'react';
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { PluginPage } from '@grafana/runtime';
import { Alert, Button, Icon, LinkButton, Text, useStyles2 } from '@grafana/ui';
import { appPath } from '../constants.js';
import { NotReadList } from '../open-logs/NotReadList.js';
import { OpenButtons } from '../open-logs/OpenButtons.js';
import { OpenedView } from '../open-logs/OpenedView.js';
import { ReadingBar } from '../open-logs/ReadingBar.js';
import { useDropOnPage, useOpenedLogs } from '../open-logs/use-opened-logs.js';
import { ZonePicker } from '../open-logs/ZonePicker.js';

/** Logs that somebody has at hand, read and judged in the browser: nothing leaves the machine. */
export default function OpenLogsPage() {
  const styles = useStyles2(getStyles);
  const { reader, state, progress, failure, add, restart } = useOpenedLogs();
  const [latest] = useState(() => ({ add }));
  latest.add = add;
  const onDrop = useCallback(
    (given: Parameters<typeof add>[0]) => {
      latest.add(given);
    },
    [latest],
  );
  const isOver = useDropOnPage(onDrop);
  const isEmpty = state.logs.length === 0 && state.notRead.length === 0 && progress === null;
  const readable = useMemo(() => state.logs.filter(({ stage }) => stage === 'read' || stage === 'cut'), [state.logs]);
  return (
    <PluginPage
      pageNav={{ text: t('open-logs.title', 'Open logs') }}
      subTitle={t('open-logs.subtitle', 'Read and judged in this browser; nothing leaves this machine')}
      actions={
        <LinkButton variant="secondary" icon="file-alt" href={`${appPath}/setup-logs`}>
          {t('setup.title', 'Set-up logs')}
        </LinkButton>
      }
    >
      <div className={styles.page}>
        {failure !== null && (
          <Alert severity="error" bottomSpacing={0} title={t('open-logs.broken', 'Reading the logs has stopped')}>
            <p>
              {t(
                'open-logs.broken-why',
                'The browser says: {{why}}. It may be out of memory; open fewer or smaller logs at a time.',
                { why: failure.message === '' ? '–' : failure.message },
              )}
            </p>
            <Button size="sm" variant="secondary" onClick={restart}>
              {t('open-logs.restart', 'Start anew')}
            </Button>
          </Alert>
        )}
        <section className={cx(styles.drop, !isEmpty && styles.slim, isOver && styles.over)}>
          {isEmpty && (
            <>
              <Icon name="upload" size="xxl" />
              <Text element="h2" variant="h4">
                {t('open-logs.drop', 'Drop logs here: files, a folder, or a zip')}
              </Text>
              <Text color="secondary" textAlignment="center">
                {t(
                  'open-logs.what',
                  'For example the folder C:\\Windows\\ccmsetup\\Logs of a client, or fspMSI.log and SMSFSPSetup.log of a site system. What belongs together is judged together.',
                )}
              </Text>
            </>
          )}
          <div className={styles.bar}>
            <OpenButtons primary={isEmpty} onOpen={add} />
            {!isEmpty && (
              <>
                <Button
                  variant="secondary"
                  icon="times"
                  onClick={() => {
                    void reader.ask('clear');
                  }}
                >
                  {t('open-logs.clear', 'Close all')}
                </Button>
                <Text variant="bodySmall" color="secondary">
                  {t('open-logs.drop-more', 'Drop more anywhere on this page')}
                </Text>
              </>
            )}
          </div>
          {state.timezone !== '' && (
            <div className={styles.bar}>
              <ZonePicker
                zone={state.timezone}
                onChange={(zone) => {
                  void reader.ask('setTimezone', zone);
                }}
              />
            </div>
          )}
        </section>
        {progress !== null && (
          <ReadingBar
            progress={progress}
            onCancel={() => {
              void reader.ask('cancel');
            }}
          />
        )}
        <NotReadList files={state.notRead} />
        {readable.length > 0 && (
          <OpenedView reader={reader} logs={readable} installations={state.installations} timezone={state.timezone} />
        )}
      </div>
    </PluginPage>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(2), minWidth: 0 }),
  drop: css({
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    gap: theme.spacing(2),
    padding: theme.spacing(6, 2),
    border: `2px dashed ${theme.colors.border.medium}`,
    borderRadius: theme.shape.radius.default,
  }),
  slim: css({
    flexDirection: 'row',
    flexWrap: 'wrap',
    justifyContent: 'space-between',
    gap: theme.spacing(1, 2),
    padding: theme.spacing(1),
  }),
  over: css({ borderColor: theme.colors.primary.border, background: theme.colors.action.hover }),
  bar: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(1) }),
});
