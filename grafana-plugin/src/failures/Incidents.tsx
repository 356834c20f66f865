import type { TimeRange } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Badge, Stack, Text, TextLink } from '@grafana/ui';
import { parameterOf } from '../app/chosen.js';
import { errorText } from '../catalog/errors.js';
import { stateText } from '../catalog/states.js';
import { AcknowledgedBadge } from '../components/AcknowledgedBadge.js';
import { count, duration, moment } from '../components/format.js';
import { PlainTable } from '../components/PlainTable.js';
import { QueryState } from '../components/QueryState.js';
import { appPath } from '../constants.js';
import type { Chosen } from '../queries/chosen.js';
import type { AcknowledgedFailures } from '../queries/acknowledged.js';
import { incidentsSql, type Incident } from '../queries/incidents.js';
import { useRows } from '../queries/run.js';

/** This page, narrowed down to an incident: its cause, its site and its time. */
function incidentPath({ cause, site_code, begin, end }: Incident): string {
  const query = new URLSearchParams({
    [parameterOf('cause')]: cause,
    [parameterOf('site')]: site_code,
    from: String(begin),
    to: end === null ? 'now' : String(end),
  });
  return `${appPath}/failures?${query.toString()}`;
}

/** Causes that burst, or are new: since when, how many, what they have in common, and whether it is over. */
export function Incidents({
  chosen,
  range,
  acknowledged,
}: {
  chosen: Chosen;
  range: TimeRange;
  acknowledged: AcknowledgedFailures;
}) {
  const incidents = useRows<Incident>(incidentsSql(chosen), range);
  return (
    <section>
      <Text element="h2" variant="h4">
        {t('incidents.title', 'Incidents')}
      </Text>
      <Text variant="bodySmall" color="secondary">
        {t(
          'incidents.explain',
          'Causes that are new, or that hit at least five clients in an hour and five times as many as usual',
        )}
      </Text>
      <QueryState of={incidents}>
        {(rows) =>
          rows.length === 0 ? (
            <Text>{t('incidents.none', 'No incident in this time')}</Text>
          ) : (
            <PlainTable
              columns={[
                t('incidents.begin', 'Begin'),
                t('incidents.state', 'End'),
                t('clients.site', 'Site'),
                t('incidents.what', 'What'),
                t('incidents.clients', 'Clients'),
                t('incidents.suspects', 'In common'),
              ]}
            >
              {rows.map((one) => (
                <Row key={`${one.cause} ${one.site_code} ${one.begin}`} incident={one} acknowledged={acknowledged} />
              ))}
            </PlainTable>
          )
        }
      </QueryState>
    </section>
  );
}

function Row({ incident, acknowledged }: { incident: Incident; acknowledged: AcknowledgedFailures }) {
  const { begin, end, site_code, topic_type, state_id, state_text, error_code, error_text, clients, suspects } =
    incident;
  const known = acknowledged.find(incident.cause);
  return (
    <tr>
      <td>{moment(begin)}</td>
      <td>
        {end === null ? (
          <Badge color="red" text={t('incidents.open', 'going on')} />
        ) : (
          <span title={moment(end)}>{`+ ${duration((end - begin) / 1000)}`}</span>
        )}
      </td>
      <td>{site_code}</td>
      <td>
        <TextLink href={incidentPath(incident)} inline={false}>
          {stateText(topic_type, state_id, state_text)}
        </TextLink>
        {error_code !== '' && (
          <Text element="p" variant="bodySmall" color="secondary">
            {error_code} {errorText(error_code, error_text)}
          </Text>
        )}
        <Stack gap={0.5}>
          {incident.is_new === 1 && <Badge color="purple" text={t('incidents.new', 'Never seen before')} />}
          {known !== undefined && <AcknowledgedBadge of={known} />}
        </Stack>
      </td>
      <td>{count(clients)}</td>
      <td>{suspects || '–'}</td>
    </tr>
  );
}
