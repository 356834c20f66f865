import { useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { PluginPage } from '@grafana/runtime';
import { Button, FilterInput, InlineSwitch, Stack, Text, useStyles2 } from '@grafana/ui';
import { clientAddress } from '../app/chosen.js';
import { useUrlParam } from '../app/url-state.js';
import { stateText } from '../catalog/states.js';
import { Brief } from '../components/Brief.js';
import { count, moment } from '../components/format.js';
import { OutcomeBadge } from '../components/OutcomeBadge.js';
import { PageLink } from '../components/PageLink.js';
import { QueryState } from '../components/QueryState.js';
import { liveSql, mostLive, type LiveMessage } from '../queries/live.js';
import { useRows } from '../queries/run.js';

/** Messages as they come, the newest first: what is happening at this moment. */
export default function LivePage() {
  const [paused, setPaused] = useState(false);
  const [containing, setContaining] = useUrlParam('containing');
  const [failed, setFailed] = useUrlParam('failed');
  const sql = liveSql({ containing, failedOnly: failed !== '' });
  const messages = useRows<LiveMessage>(sql, undefined, paused ? undefined : 2_000);
  return (
    <PluginPage
      pageNav={{ text: t('live.title', 'Live') }}
      subTitle={t('live.subtitle', 'Messages as they arrive, the newest first')}
      actions={
        <Button
          icon={paused ? 'play' : 'pause'}
          variant="secondary"
          onClick={() => {
            setPaused(!paused);
          }}
        >
          {paused ? t('live.go-on', 'Go on') : t('live.pause', 'Pause')}
        </Button>
      }
    >
      <Stack direction="column" gap={2}>
        <Stack gap={2} wrap="wrap" alignItems="center">
          <FilterInput
            aria-label={t('live.filter', 'Client, state or error')}
            placeholder={t('live.filter', 'Client, state or error')}
            value={containing}
            onChange={setContaining}
            width={36}
            escapeRegex={false}
          />
          <InlineSwitch
            id="live-failed"
            label={t('live.failed', 'Failures only')}
            showLabel
            value={failed !== ''}
            onChange={(event) => {
              setFailed(event.currentTarget.checked ? '1' : '');
            }}
          />
        </Stack>
        <QueryState of={messages} empty={t('live.empty', 'Nothing arrived within the last hour')}>
          {(list) => (
            <>
              <Text color="secondary">
                {list.length < mostLive
                  ? t('live.count', '{{number}} messages of the last hour', {
                      count: list.length,
                      defaultValue_one: '{{number}} message of the last hour',
                      number: count(list.length),
                    })
                  : t('live.most', 'The newest {{number}} messages of the last hour', { number: count(list.length) })}
              </Text>
              <Messages list={list} />
            </>
          )}
        </QueryState>
      </Stack>
    </PluginPage>
  );
}

function Messages({ list }: { list: LiveMessage[] }) {
  const styles = useStyles2(getStyles);
  return (
    <ol className={styles.list} aria-label={t('live.messages', 'Messages')}>
      {list.map((message) => (
        <li key={message.message_id} className={styles.row}>
          <span className={styles.time}>{moment(message.received_at)}</span>
          <span className={styles.client}>
            <PageLink href={clientAddress(message.client_name, '')}>
              <Brief text={message.client_name} lines={2} />
            </PageLink>
          </span>
          <OutcomeBadge outcome={message.outcome} />
          <span className={styles.text}>
            <Brief text={stateText(message.topic_type, message.state_id, message.state_text)} lines={3} />
          </span>
        </li>
      ))}
    </ol>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ listStyle: 'none' }),
  row: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(0.5, 2),
    alignItems: 'center',
    padding: theme.spacing(0.75, 1),
    borderBottom: `1px solid ${theme.colors.border.weak}`,
  }),
  time: css({ fontVariantNumeric: 'tabular-nums', color: theme.colors.text.secondary, whiteSpace: 'nowrap' }),
  client: css({ flex: '0 0 170px', overflowWrap: 'anywhere' }),
  text: css({ flex: '1 1 260px', minWidth: 0, overflowWrap: 'anywhere' }),
});
