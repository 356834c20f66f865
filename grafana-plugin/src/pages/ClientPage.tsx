import { useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { PluginPage } from '@grafana/runtime';
import { Alert, Button, LinkButton, Stack, Text, TextLink, useStyles2 } from '@grafana/ui';
import { useParams } from 'react-router';
import { TimePicker } from '../app/TimePicker.js';
import { useChoice } from '../app/chosen.js';
import { dashboardPath } from '../app/viewer.js';
import { useUrlParam } from '../app/url-state.js';
import { lookUpPath } from '../catalog/CodeMeaning.js';
import { errorText, suggestionFor } from '../catalog/errors.js';
import { stateText, topicText } from '../catalog/states.js';
import { CopyLine } from '../components/CopyLine.js';
import { clockOffset, ClientMarks } from '../components/ClientMarks.js';
import { duration, moment } from '../components/format.js';
import { OutcomeBadge } from '../components/OutcomeBadge.js';
import { QueryState } from '../components/QueryState.js';
import { Tile } from '../components/Tile.js';
import { appPath } from '../constants.js';
import {
  clientSql,
  cutOffSql,
  messagesSql,
  type Client,
  type ClientMessage,
  type TopicWord,
} from '../queries/clients.js';
import { useRows } from '../queries/run.js';

/** One client: why it stands where it stands, and everything that it said. */
export default function ClientPage() {
  // Links give it in the query: in a path a name may mean something else (`..`, `%41`).
  const [given] = useUrlParam('name');
  const { name = given } = useParams();
  const time = useChoice();
  const client = useRows<Client>(clientSql(name));
  return (
    <PluginPage
      pageNav={{
        text: name,
        parentItem: { text: t('clients.title', 'Clients'), url: `${appPath}/clients?${time.query}` },
      }}
      actions={
        <>
          <LinkButton
            variant="secondary"
            icon="apps"
            href={`${dashboardPath('client')}?var-client=${encodeURIComponent(name)}&${time.query}`}
          >
            {t('overview.dashboard', 'Dashboard')}
          </LinkButton>
          <TimePicker time={time} loading={client.loading} onRefresh={client.reload} />
        </>
      }
    >
      <QueryState of={client} empty={t('client.none', 'Nothing was ever heard of {{name}}', { name })}>
        {([found]) => found !== undefined && <Details client={found} />}
      </QueryState>
    </PluginPage>
  );
}

function Details({ client }: { client: Client }) {
  const messages = useRows<ClientMessage>(messagesSql(client.client_name, client.client_id));
  return (
    <Stack direction="column" gap={3}>
      <Why client={client} />
      <Stack wrap="wrap" gap={1}>
        <Tile
          label={t('client.deployment', 'Deployment')}
          value={duration(client.deployment_seconds)}
          note={deploymentSpan(client)}
        />
        <Tile
          label={t('client.assignment', 'Assignment')}
          value={duration(client.assignment_seconds)}
          note={span(client.assignment_begin_time, client.assignment_end_time)}
        />
        <Tile
          label={t('clients.version', 'Version')}
          value={client.client_version === '5.00.0000.0000' ? '–' : client.client_version}
          note={t('client.site', 'Site {{site}}', { site: client.site_code })}
        />
        <Tile
          label={t('clients.last-time', 'Last message')}
          value={moment(client.last_received_at)}
          note={t('client.messages', '{{number}} messages', { number: client.message_count })}
        />
        {client.is_clock_off === 1 && (
          <Tile
            label={t('client.clock', 'Clock')}
            value={clockOffset(client.clock_offset_seconds)}
            note={t('client.clock-says', 'its newest message says {{time}}', {
              time: moment(client.last_message_time),
              interpolation: { escapeValue: false },
            })}
            tone="warning"
          />
        )}
      </Stack>
      {client.client_id !== '' && <CopyLine label={t('client.id', 'Client GUID')} text={client.client_id} />}
      <section>
        <Text element="h2" variant="h4">
          {t('client.timeline', 'Messages, the newest first')}
        </Text>
        <QueryState of={messages} empty={t('client.no-messages', 'Its messages are no longer kept')}>
          {(rows) => <Timeline messages={rows} />}
        </QueryState>
      </section>
    </Stack>
  );
}

function deploymentSpan(client: Client): string {
  const { outcome, phase, deployment_begin_time, deployment_end_time, last_message_time } = client;
  if (outcome !== 'failed' || phase !== 'deployment' || deployment_end_time !== null)
    return span(deployment_begin_time, deployment_end_time);
  return t('client.failed-at', 'failed, last word {{time}}', {
    time: moment(last_message_time),
    interpolation: { escapeValue: false },
  });
}

function span(begin: number | null, end: number | null): string {
  if (begin === null) return t('client.not-begun', 'no begin was reported');
  return end === null
    ? t('client.no-end', 'since {{begin}}, no end yet', { begin: moment(begin) })
    : t('client.from-to', '{{begin}} to {{end}}', { begin: moment(begin), end: moment(end) });
}

/** The client's state in a sentence, and for a failed one what to check. */
function Why({ client }: { client: Client }) {
  const { outcome, last_state_text, last_error_code, last_error_text } = client;
  const isCutOff = client.is_cut_off === 1;
  const suggestion = suggestionFor(last_error_code, client.last_topic_type, client.last_state_id);
  const failed = outcome === 'failed';
  return (
    <>
      <Alert
        bottomSpacing={0}
        severity={failed ? 'error' : isCutOff ? 'warning' : outcome === 'succeeded' ? 'success' : 'info'}
        title={stateText(client.last_topic_type, client.last_state_id, last_state_text)}
      >
        <Stack direction="column" gap={1}>
          <ClientMarks client={client} />
          {last_error_code !== '' && (
            <Text>
              <TextLink href={lookUpPath(last_error_code)} title={t('look-up.open', 'Look up this code')}>
                {last_error_code}
              </TextLink>{' '}
              {errorText(last_error_code, last_error_text)}
            </Text>
          )}
          {suggestion !== '' && <Text weight="medium">{suggestion}</Text>}
        </Stack>
      </Alert>
      {isCutOff && <CutOff name={client.client_name} />}
    </>
  );
}

/** What a client that is cut off says of its management point and its certificates, and what to check. */
function CutOff({ name }: { name: string }) {
  const words = useRows<TopicWord>(cutOffSql(name));
  return (
    <Alert bottomSpacing={0} severity="warning" title={t('clients.cut-off-long', 'Cut off from its management point')}>
      <Stack direction="column" gap={1}>
        {(words.value ?? []).map(({ topic_type, state_id, state_text, error_code, error_text, received_at }) => {
          const suggestion = suggestionFor(error_code, topic_type, state_id);
          return (
            <div key={topic_type}>
              <Text weight="medium">{stateText(topic_type, state_id, state_text)}</Text>{' '}
              <Text color="secondary">{moment(received_at)}</Text>
              {error_code !== '' && (
                <div>
                  <TextLink href={lookUpPath(error_code)} title={t('look-up.open', 'Look up this code')}>
                    {error_code}
                  </TextLink>{' '}
                  {errorText(error_code, error_text)}
                </div>
              )}
              {suggestion !== '' && <div>{suggestion}</div>}
            </div>
          );
        })}
      </Stack>
    </Alert>
  );
}

function Timeline({ messages }: { messages: ClientMessage[] }) {
  const styles = useStyles2(getStyles);
  return (
    <ol className={styles.timeline}>
      {messages.map((message, index) => {
        const before = messages[index + 1];
        return (
          <Message
            key={message.message_id}
            message={message}
            after={before === undefined ? null : (message.message_time - before.message_time) / 1000}
          />
        );
      })}
    </ol>
  );
}

function Message({ message, after }: { message: ClientMessage; after: number | null }) {
  const styles = useStyles2(getStyles);
  const [open, setOpen] = useState(false);
  const params = JSON.parse(message.params) as string[];
  const held = (message.processed_at - message.received_at) / 1000;
  return (
    <li className={styles.message}>
      <div className={styles.when}>
        <div>{moment(message.message_time)}</div>
        {after !== null && (
          <Text variant="bodySmall" color="secondary">{`${after < 0 ? '−' : '+'} ${duration(Math.abs(after))}`}</Text>
        )}
      </div>
      <div className={styles.what}>
        <Stack gap={1} alignItems="center" wrap="wrap">
          <OutcomeBadge outcome={message.outcome} />
          <Text weight="medium">{stateText(message.topic_type, message.state_id, message.state_text)}</Text>
          <Text variant="bodySmall" color="secondary">
            {t('failures.state', '{{topic}}, state {{state}}', {
              topic: topicText(message.topic_type, message.topic_name),
              state: message.state_id,
            })}
          </Text>
        </Stack>
        {message.error_code !== '' && (
          <div>
            <code>{message.error_code}</code> {errorText(message.error_code, message.error_text)}
          </div>
        )}
        <Button
          variant="secondary"
          fill="text"
          size="sm"
          icon={open ? 'angle-down' : 'angle-right'}
          aria-expanded={open}
          onClick={() => {
            setOpen(!open);
          }}
        >
          {t('client.details', 'Details')}
        </Button>
        {open && (
          <dl className={styles.details}>
            <dt>{t('client.params', 'Parameters')}</dt>
            <dd>
              {params.length === 0
                ? '–'
                : params.map((one, index) => <div key={index}>{`${index + 1}: ${one === '' ? '–' : one}`}</div>)}
            </dd>
            <dt>{t('client.received', 'Received')}</dt>
            <dd>
              {t('client.received-by', '{{time}} from {{address}} by {{server}}, passed on after {{held}}', {
                time: moment(message.received_at),
                address: message.client_address,
                server: message.fsp_server,
                held: duration(held),
                interpolation: { escapeValue: false },
              })}
            </dd>
            {message.user_name !== '' && (
              <>
                <dt>{t('client.user', 'User')}</dt>
                <dd>{message.user_name}</dd>
              </>
            )}
            {message.details !== '' && (
              <>
                <dt>{t('client.state-details', 'State details')}</dt>
                <dd>
                  <pre tabIndex={0}>{message.details}</pre>
                </dd>
              </>
            )}
            <dt>{t('client.raw', 'Raw report')}</dt>
            <dd>
              <pre tabIndex={0} className={styles.raw}>
                {message.raw === ''
                  ? t('client.raw-elsewhere', 'stands with the first message of its report')
                  : message.raw}
              </pre>
            </dd>
          </dl>
        )}
      </div>
    </li>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  timeline: css({ listStyle: 'none', margin: theme.spacing(1, 0) }),
  message: css({
    display: 'flex',
    gap: theme.spacing(1, 3),
    [theme.breakpoints.down('md')]: { flexDirection: 'column' },
    padding: theme.spacing(1.5, 0),
    borderTop: `1px solid ${theme.colors.border.weak}`,
  }),
  when: css({ width: 170, flexShrink: 0, fontVariantNumeric: 'tabular-nums' }),
  what: css({ minWidth: 0, flexGrow: 1, overflowWrap: 'anywhere' }),
  details: css({
    display: 'grid',
    gridTemplateColumns: 'max-content minmax(0, 1fr)',
    gap: theme.spacing(1, 2),
    margin: theme.spacing(1, 0),
    '& dt': { color: theme.colors.text.secondary },
    '& dd': { margin: 0, minWidth: 0 },
  }),
  raw: css({ maxHeight: 320, overflow: 'auto', fontSize: theme.typography.bodySmall.fontSize }),
});
