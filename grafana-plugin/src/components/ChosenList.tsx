import { t } from '@grafana/i18n';
import { locationService } from '@grafana/runtime';
import { Button, Stack } from '@grafana/ui';
import { parameterOf, type Narrowing } from '../app/chosen.js';
import type { Chosen } from '../queries/chosen.js';

/** A cause in words that fit a button. */
function causeText(cause: string): string {
  const [topic = '', state = '', ...error] = cause.split('/');
  const code = error.join('/');
  const text = t('chosen.cause', 'State {{state}} of topic {{topic}}', {
    topic,
    state,
    interpolation: { escapeValue: false },
  });
  return code === '' ? text : `${text}, ${code}`;
}

/** What narrows a page down beside its own filters, each to be taken away: links of dashboards bring it along. */
export function ChosenList({ chosen, but = [] }: { chosen: Chosen; but?: Narrowing[] }) {
  const names: Record<Narrowing, string> = {
    site: t('clients.site', 'Site'),
    version: t('clients.version', 'Version'),
    subnet: t('chosen.subnet', 'Subnet'),
    cause: t('chosen.cause-name', 'Cause'),
  };
  const given = (Object.keys(names) as Narrowing[])
    .filter((name) => !but.includes(name))
    .flatMap((name) => chosen[name].map((value) => ({ name, value })));
  if (given.length === 0) return null;
  return (
    <Stack wrap="wrap" gap={1}>
      {given.map(({ name, value }) => (
        <Button
          key={`${name} ${value}`}
          size="sm"
          variant="secondary"
          icon="times"
          tooltip={t('chosen.remove', 'No longer narrow down by this')}
          onClick={() => {
            const left = chosen[name].filter((one) => one !== value);
            locationService.partial({ [parameterOf(name)]: left.length === 0 ? null : left, page: null });
          }}
        >
          {`${names[name]}: ${name === 'cause' ? causeText(value) : value}`}
        </Button>
      ))}
    </Stack>
  );
}
