import { t } from '@grafana/i18n';
import { locationService } from '@grafana/runtime';
import { Button, Stack } from '@grafana/ui';
import { parameterOf } from '../app/chosen.js';
import { labelled } from './format.js';
import { narrowings, type Chosen, type Narrowing } from '../queries/chosen.js';

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

/** A value that can be chosen, in words. */
export function valueText(name: Narrowing, value: string): string {
  if (name === 'cause') return causeText(value);
  if (name !== 'communication') return value;
  return value === 'failed' ? t('clients.cut-off', 'Cut off') : t('clients.connected', 'Reached');
}

/** A choice in words: what, and its value. */
export function narrowedTo(name: Narrowing, value: string): string {
  const names: Record<Narrowing, string> = {
    site: t('clients.site', 'Site'),
    version: t('clients.version', 'Version'),
    subnet: t('chosen.subnet', 'Subnet'),
    receiver: t('chosen.receiver', 'Receiver'),
    name: t('chosen.name', 'Name begins with'),
    user: t('chosen.user', 'User'),
    hour: t('chosen.hour', 'Hour of receipt (UTC)'),
    communication: t('clients.communication', 'Management point'),
    host: t('chosen.host', 'Names the server'),
    error: t('chosen.error', 'Error'),
    cause: t('chosen.cause-name', 'Cause'),
  };
  return `${labelled(names[name])} ${valueText(name, value)}`;
}

/** What narrows a page down beside its own filters, each to be taken away: links of dashboards bring it along. */
export function ChosenList({ chosen, but = [] }: { chosen: Chosen; but?: Narrowing[] }) {
  const given = narrowings
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
          {narrowedTo(name, value)}
        </Button>
      ))}
    </Stack>
  );
}
