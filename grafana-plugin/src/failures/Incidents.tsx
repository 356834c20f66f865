import { css } from '@emotion/css';
import type { TimeRange } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Badge, Stack, Text, TextLink } from '@grafana/ui';
import { parameterOf } from '../app/chosen.js';
import { errorText } from '../catalog/errors.js';
import { stateText } from '../catalog/states.js';
import { AcknowledgedBadge } from '../components/AcknowledgedBadge.js';
import { narrowedTo } from '../components/ChosenList.js';
import { count, duration, moment, share } from '../components/format.js';
import { PageLink } from '../components/PageLink.js';
import { PlainTable } from '../components/PlainTable.js';
import { QueryState } from '../components/QueryState.js';
import { appPath } from '../constants.js';
import type { Chosen } from '../queries/chosen.js';
import type { AcknowledgedFailures } from '../queries/acknowledged.js';
import { incidentsSql, suspectsOf, type Incident, type Suspect } from '../queries/incidents.js';
import { useRows } from '../queries/run.js';

/** This page, narrowed down to an incident: its cause, its site, its time, and one of its suspects. */
function incidentPath({ cause, site_code, begin, end }: Incident, suspect?: Suspect): string {
  const query = new URLSearchParams({
    [parameterOf('cause')]: cause,
    [parameterOf('site')]: site_code,
    // Ranges end on a second.
    from: String(Math.floor(begin / 1000) * 1000),
    to: end === null ? 'now' : String(Math.ceil(end / 1000) * 1000),
  });
  if (suspect !== undefined) query.set(parameterOf(suspect.property), suspect.value);
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
      <Text element="p" variant="bodySmall" color="secondary">
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
                t('incidents.suspects', 'What sets them apart'),
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
  const { begin, end, site_code, topic_type, state_id, state_text, error_code, error_text, clients } = incident;
  const known = acknowledged.find(incident.cause);
  return (
    <tr>
      <td>{moment(begin)}</td>
      <td>
        {end === null ? (
          <Badge color="red" text={t('incidents.open', 'going on')} />
        ) : (
          <span title={moment(end)}>{`+\u00a0${duration((end - begin) / 1000)}`}</span>
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
      <td className={suspectsWidth}>
        <Suspects of={incident} />
      </td>
    </tr>
  );
}

/** Short lines: the browser would leave nearly all of the room to what failed. */
const suspectsWidth = css({ minWidth: '17em' });

/** What sets the clients apart from the others of their site, each a way to those that have it. */
function Suspects({ of: incident }: { of: Incident }) {
  const suspects = suspectsOf(incident);
  if (suspects.length === 0) return '–';
  return suspects.map((suspect) => (
    <div key={`${suspect.property} ${suspect.value}`}>
      <PageLink href={incidentPath(incident, suspect)} title={t('common.filter', 'Narrow down to this value')}>
        {narrowedTo(suspect.property, suspect.value)}
      </PageLink>
      <Text element="p" variant="bodySmall" color="secondary">
        {t('incidents.shares', '{{hit}} of them, {{others}} of the others', {
          hit: share(suspect.share_of_failed, 1),
          others: share(suspect.share_of_others, 1),
        })}
      </Text>
    </div>
  ));
}
