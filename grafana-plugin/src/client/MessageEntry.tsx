import { useMemo, useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Button, ClipboardButton, Stack, Text, useStyles2 } from '@grafana/ui';
import { errorText, suggestionFor } from '../catalog/errors.js';
import { stateText, topicText } from '../catalog/states.js';
import { duration, moment } from '../components/format.js';
import { OutcomeBadge } from '../components/OutcomeBadge.js';
import type { ClientMessage } from '../queries/clients.js';
import { prettyXml } from './xml.js';

/** What the machine said to the fallback status point at one moment. */
export function MessageEntry({ message }: { message: ClientMessage }) {
  const styles = useStyles2(getStyles);
  const [open, setOpen] = useState(false);
  const { topic_type, topic_name, state_id, state_text, error_code, error_text, outcome } = message;
  const suggestion = outcome === 'failed' ? suggestionFor(error_code, topic_type, state_id) : '';
  return (
    <>
      <Stack gap={1} alignItems="center" wrap="wrap">
        <OutcomeBadge outcome={outcome} />
        <Text weight="medium">{stateText(topic_type, state_id, state_text)}</Text>
        <Text variant="bodySmall" color="secondary">
          {t('failures.state', '{{topic}}, state {{state}}', {
            topic: topicText(topic_type, topic_name),
            state: state_id,
          })}
        </Text>
      </Stack>
      {error_code !== '' && (
        <div>
          <code>{error_code}</code> {errorText(error_code, error_text)}
        </div>
      )}
      {suggestion !== '' && (
        <Text variant="bodySmall" color="secondary">
          {suggestion}
        </Text>
      )}
      <div>
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
      </div>
      {open && (
        <dl className={styles.details}>
          <Details message={message} />
        </dl>
      )}
    </>
  );
}

function Details({ message }: { message: ClientMessage }) {
  const styles = useStyles2(getStyles);
  const params = JSON.parse(message.params) as string[];
  const xml = useMemo(() => prettyXml(message.raw), [message.raw]);
  return (
    <>
      <dt>{t('client.params', 'Parameters')}</dt>
      <dd>
        {params.length === 0
          ? '–'
          : params.map((one, index) => <div key={index}>{`${index + 1}: ${one === '' ? '–' : one}`}</div>)}
      </dd>
      <dt>{t('client.received', 'Received')}</dt>
      <dd>
        {/* What was imported from a file came from no address, and nothing held it back. */}
        {message.client_address === ''
          ? t('client.imported', '{{time}}, by its file; imported {{stored}} at {{server}}', {
              time: moment(message.received_at),
              stored: moment(message.processed_at),
              server: message.fsp_server,
              interpolation: { escapeValue: false },
            })
          : t('client.received-by', '{{time}} from {{address}} by {{server}}, passed on after {{held}}', {
              time: moment(message.received_at),
              address: message.client_address,
              server: message.fsp_server,
              held: duration((message.processed_at - message.received_at) / 1000),
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
        {message.raw === '' ? (
          message.report_index === 0 ? (
            t('client.raw-gone', 'is kept no longer')
          ) : (
            t('client.raw-elsewhere', 'stands with the first message of its report')
          )
        ) : (
          <>
            <pre tabIndex={0} className={styles.raw}>
              {xml}
            </pre>
            <ClipboardButton icon="copy" variant="secondary" size="sm" getText={() => message.raw}>
              {t('client.copy-raw', 'Copy as it was sent')}
            </ClipboardButton>
          </>
        )}
      </dd>
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
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
