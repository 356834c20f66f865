import { useMemo } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Badge, InteractiveTable, Stack, Text, TextLink, useStyles2, type CellProps, type Column } from '@grafana/ui';
import { lookUpPath } from '../catalog/CodeMeaning.js';
import { errorText, suggestionFor } from '../catalog/errors.js';
import { stateText, topicText } from '../catalog/states.js';
import { ago, count, moment } from '../components/format.js';
import { Acknowledge } from '../client/Acknowledge.js';
import { appPath } from '../constants.js';
import type { AcknowledgedFailures } from '../queries/acknowledged.js';
import type { Failure } from '../queries/failures.js';

/** Where the clients of a failure are listed. */
const clientsOf = ({ cause }: Failure, timeQuery: string, more = '') =>
  `${appPath}/clients?var-cause=${encodeURIComponent(cause)}${more}&${timeQuery}`;

/** Ways in which clients fail, with meaning, suggestion and the clients themselves. */
export function FailureTable({
  failures,
  timeQuery,
  acknowledged,
}: {
  failures: Failure[];
  timeQuery: string;
  acknowledged: AcknowledgedFailures;
}) {
  const styles = useStyles2(getStyles);
  const columns = useMemo<Column<Failure>[]>(
    () => [
      {
        id: 'state_text',
        header: t('failures.what', 'What failed'),
        sortType: 'string',
        cell: ({ row: { original: failure } }: CellProps<Failure>) => (
          <div className={styles.text}>
            <Stack alignItems="center" gap={1} wrap="wrap">
              <Text weight="medium">
                {stateText(failure.topic_type, failure.state_id, failure.state_text, failure.param)}
              </Text>
              {failure.is_new === 1 && (
                <Badge text={t('failures.new', 'Never seen before')} color="purple" icon="star" />
              )}
            </Stack>
            <Text variant="bodySmall" color="secondary">
              {t('failures.state', '{{topic}}, state {{state}}', {
                topic: topicText(failure.topic_type, failure.topic_name),
                state: failure.state_id,
              })}
            </Text>
            <Acknowledge
              failure={{ cause: failure.cause, clientName: '' }}
              known={acknowledged.find(failure.cause)}
              what={`${stateText(failure.topic_type, failure.state_id, failure.state_text, failure.param)} ${failure.error_code}`.trim()}
              onChange={acknowledged.reload}
            />
          </div>
        ),
      },
      {
        id: 'error_code',
        header: t('failures.error', 'Error, meaning and what to check'),
        sortType: 'string',
        cell: ({ row: { original: failure } }: CellProps<Failure>) => <Meaning failure={failure} />,
      },
      {
        id: 'clients',
        header: t('failures.clients', 'Clients'),
        sortType: 'number',
        cell: ({ row: { original: failure } }: CellProps<Failure>) => (
          <Stack direction="column" gap={0.25}>
            <TextLink
              href={clientsOf(failure, timeQuery)}
              inline={false}
              aria-label={t('failures.show-clients', '{{clients}} clients with this failure', {
                count: failure.clients,
                defaultValue_one: '{{clients}} client with this failure',
                clients: count(failure.clients),
              })}
            >
              {count(failure.clients)}
            </TextLink>
            {failure.still_failed > 0 ? (
              <TextLink href={clientsOf(failure, timeQuery, '&still=sent')} inline={false} variant="bodySmall">
                {t('failures.still', '{{clients}} still failed', { clients: count(failure.still_failed) })}
              </TextLink>
            ) : (
              <Text variant="bodySmall" color="secondary">
                {t('failures.none-still', 'none still failed')}
              </Text>
            )}
          </Stack>
        ),
      },
      {
        id: 'last_seen',
        header: t('failures.last-seen', 'Last seen'),
        sortType: 'number',
        cell: ({ row: { original: failure } }: CellProps<Failure>) => (
          <span title={`${t('failures.first-seen', 'First seen')}: ${moment(failure.first_seen)}`}>
            {ago(failure.last_seen)}
          </span>
        ),
      },
    ],
    [timeQuery, acknowledged, styles],
  );
  return <InteractiveTable columns={columns} data={failures} getRowId={({ cause }) => cause} pageSize={20} />;
}

function Meaning({ failure: { topic_type, state_id, error_code, error_text } }: { failure: Failure }) {
  const suggestion = suggestionFor(error_code, topic_type, state_id);
  const code = error_code === '' ? `${topic_type}/${state_id}` : error_code;
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.text}>
      <Text color={error_code === '' ? 'secondary' : 'primary'}>
        <TextLink href={lookUpPath(code)} title={t('look-up.open', 'Look up this code')}>
          {code}
        </TextLink>{' '}
        {error_code === '' ? t('failures.no-code', 'no error code was sent') : errorText(error_code, error_text)}
      </Text>
      {suggestion !== '' && (
        <Text variant="bodySmall" color="secondary">
          {suggestion}
        </Text>
      )}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  // An address without a space must not push the numbers out of a narrow page.
  text: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(0.25),
    minWidth: 130,
    overflowWrap: 'anywhere',
  }),
});
