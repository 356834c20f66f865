import type { TimeRange } from '@grafana/data';
import { t } from '@grafana/i18n';
import { locationService } from '@grafana/runtime';
import { Button, Text } from '@grafana/ui';
import { parameterOf } from '../app/chosen.js';
import { language } from '../app/viewer.js';
import { textLanguage } from '../catalog/errors.js';
import { valueText } from '../components/ChosenList.js';
import { count, share } from '../components/format.js';
import { PageLink } from '../components/PageLink.js';
import { PlainTable } from '../components/PlainTable.js';
import { QueryState } from '../components/QueryState.js';
import { appPath } from '../constants.js';
import type { Chosen } from '../queries/chosen.js';
import { commonSql, type Common } from '../queries/incidents.js';
import { useRows } from '../queries/run.js';

interface Props {
  chosen: Chosen;
  range: TimeRange;
  /** What is chosen, but for causes and errors, as an address carries it. */
  query: string;
}

/**
 * Which values the failing clients of a selection have more often than the others: each narrows the page down at a click,
 * and their number leads to the list of them.
 */
export function InCommon({ chosen, range, query }: Props) {
  const common = useRows<Common>(commonSql(chosen, textLanguage()), range);
  const times = new Intl.NumberFormat(language(), { maximumFractionDigits: 1 });
  return (
    <section>
      <Text element="h2" variant="h4">
        {t('common.title', 'What failing clients have in common')}
      </Text>
      <QueryState of={common}>
        {(rows) =>
          rows.length === 0 ? (
            <Text>{t('common.none', 'Nothing sets the failing clients apart from the others')}</Text>
          ) : (
            <PlainTable
              columns={[
                t('common.property', 'What'),
                t('common.value', 'In common'),
                t('incidents.clients', 'Clients'),
                t('common.failed', 'Of the failed'),
                t('common.others', 'Of the others'),
                t('common.lift', 'Times'),
              ]}
            >
              {rows.map((one) => (
                <tr key={`${one.property_key} ${one.value}`}>
                  <td>{one.property}</td>
                  <td>
                    <Value of={one} />
                  </td>
                  <td>
                    <PageLink
                      href={failedClientsPath(chosen, query, one)}
                      title={t('common.clients', 'The failed clients with this value')}
                    >
                      {count(one.failed_clients)}
                    </PageLink>
                  </td>
                  <td>{share(one.share_of_failed, 1)}</td>
                  <td>{share(one.share_of_others, 1)}</td>
                  <td>{one.lift === null ? '∞' : times.format(one.lift)}</td>
                </tr>
              ))}
            </PlainTable>
          )
        }
      </QueryState>
    </section>
  );
}

/** The clients of a selection that fail, with a value. */
function failedClientsPath({ cause, error }: Chosen, query: string, { property_key, value }: Common): string {
  const address = new URLSearchParams(query);
  for (const one of cause) address.append(parameterOf('cause'), one);
  for (const one of error) address.append(parameterOf('error'), one);
  address.set(parameterOf(property_key), value);
  // Of a cause, whoever still fails by it; it need not be of a deployment.
  if (cause.length > 0) address.set('still', '1');
  else address.set('outcome', 'failed');
  return `${appPath}/clients?${address.toString()}`;
}

function Value({ of: { property_key, value } }: { of: Common }) {
  return (
    <Button
      size="sm"
      variant="secondary"
      fill="text"
      icon="filter"
      tooltip={t('common.filter', 'Narrow down to this value')}
      onClick={() => {
        locationService.partial({ [parameterOf(property_key)]: [value], page: null });
      }}
    >
      {valueText(property_key, value)}
    </Button>
  );
}
