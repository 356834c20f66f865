import type { TimeRange } from '@grafana/data';
import { t } from '@grafana/i18n';
import { locationService } from '@grafana/runtime';
import { Button, Text } from '@grafana/ui';
import { parameterOf, type Narrowing } from '../app/chosen.js';
import { share } from '../components/format.js';
import { PlainTable } from '../components/PlainTable.js';
import { PageLink } from '../components/PageLink.js';
import { QueryState } from '../components/QueryState.js';
import { language } from '../app/viewer.js';
import { appPath } from '../constants.js';
import type { Chosen } from '../queries/chosen.js';
import { commonSql, type Common } from '../queries/incidents.js';
import { useRows } from '../queries/run.js';

/** Properties that every page can be narrowed down by. */
const narrowings = new Set<string>(['site', 'subnet', 'version'] satisfies Narrowing[]);

/** Properties that the list of clients is searched by: no page is narrowed down by them, but that list is. */
const searched = new Set<string>(['name', 'user'] satisfies Common['property_key'][]);

interface Props {
  chosen: Chosen;
  range: TimeRange;
  /** What is chosen, but for causes, as an address carries it. */
  query: string;
}

/**
 * Which values the failing clients of a selection have more often than the others: each narrows the page down at a click,
 * or leads to the list of those clients.
 */
export function InCommon({ chosen, range, query }: Props) {
  const common = useRows<Common>(commonSql(chosen), range);
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
                t('common.failed', 'Of the failed'),
                t('common.others', 'Of the others'),
                t('common.lift', 'Times'),
              ]}
            >
              {rows.map((one) => (
                <tr key={`${one.property_key} ${one.value}`}>
                  <td>{one.property}</td>
                  <td>
                    <Value of={one} clients={failedClientsPath(chosen, query, one.value)} />
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

/** The clients of a selection that fail, searched for a value. */
function failedClientsPath({ cause }: Chosen, query: string, value: string): string {
  const address = new URLSearchParams(query);
  for (const one of cause) address.append(parameterOf('cause'), one);
  address.set('outcome', 'failed');
  address.set('search', value);
  return `${appPath}/clients?${address.toString()}`;
}

function Value({ of: { property_key, value }, clients }: { of: Common; clients: string }) {
  if (searched.has(property_key))
    return (
      <PageLink href={clients} title={t('common.clients', 'The failed clients with this value')}>
        {value}
      </PageLink>
    );
  if (!narrowings.has(property_key)) return <span>{value}</span>;
  return (
    <Button
      size="sm"
      variant="secondary"
      fill="text"
      icon="filter"
      tooltip={t('common.filter', 'Narrow down to this value')}
      onClick={() => {
        locationService.partial({ [parameterOf(property_key as Narrowing)]: [value], page: null });
      }}
    >
      {value}
    </Button>
  );
}
