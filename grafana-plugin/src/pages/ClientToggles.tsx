import { t } from '@grafana/i18n';
import { locationService } from '@grafana/runtime';
import { Alert, Stack, Switch, TextLink } from '@grafana/ui';
import { useLocation } from 'react-router';
import { parameterOf } from '../app/chosen.js';
import { appPath } from '../constants.js';

/** Whoever comes by the row of a board that sums up others is told that the list is not of those. */
export function OfNoRow({ query }: { query: string }) {
  const given = new URLSearchParams(useLocation().search);
  const isOfRest = ['last-word', parameterOf('cause')].some(
    (name) => given.has(name) && given.getAll(name).join('') === '',
  );
  if (!isOfRest || given.has('still')) return null;
  return (
    <Alert
      bottomSpacing={0}
      severity="info"
      title={t('clients.of-rest', 'The row that led here sums up others: these are all clients, and not only its own')}
    >
      <TextLink href={`${appPath}/failures?${query}`}>
        {t('clients.search-failures', 'Search all failures of this time')}
      </TextLink>
    </Alert>
  );
}

/** Topics that a client is cut off by: its management point and its certificates. */
export const cutOffTopics = [1000, 1001] as const;

interface Toggle {
  name: string;
  label: string;
  /** What the address has where it is on, if that is not `1`. */
  on?: string;
}

/** What narrows the list of clients down without a place of its own above it: it comes by links, and can be taken away. */
export function ClientToggles({ ofCause }: { ofCause: boolean }) {
  const given = new URLSearchParams(useLocation().search);
  const lastWord = given.get('last-word') ?? '';
  const [topic = '', state = '', error = ''] = lastWord.split('/');
  const cutOffBy = given.get('cut-off') ?? '';
  const https = given.get('https') ?? '';
  const toggles: (Toggle | false)[] = [
    ofCause && { name: 'still', on: 'sent', label: t('clients.still', 'Only those that still fail this way') },
    given.has('clock-off') && {
      name: 'clock-off',
      label: t('clients.clock-off', 'Clock off by more than five minutes'),
    },
    cutOffBy === '1000' && {
      name: 'cut-off',
      label: t('clients.cut-off-management-point', 'Cut off: it cannot reach its management point'),
    },
    cutOffBy === '1001' && {
      name: 'cut-off',
      label: t('clients.cut-off-certificate', 'Cut off: a problem with its certificate'),
    },
    https === 'failed' && { name: 'https', label: t('clients.https-failed', 'Incapable of HTTPS') },
    https === 'succeeded' && { name: 'https', label: t('clients.https-succeeded', 'Capable of HTTPS') },
    given.has('not-assigned') && { name: 'not-assigned', label: t('clients.not-assigned', 'Assignment failed') },
    lastWord !== '' && {
      name: 'last-word',
      label: t('clients.last-word-is', 'Last word: state {{state}} of topic {{topic}} {{error}}', {
        topic,
        state,
        error,
      }),
    },
  ];
  const shown = toggles.filter((one) => one !== false);
  if (shown.length === 0) return null;
  return (
    <Stack wrap="wrap" gap={2}>
      {shown.map(({ name, on = '1', label }) => (
        <Stack key={name} alignItems="center" gap={1}>
          <Switch
            id={name}
            value={given.has(name)}
            onChange={(event) => {
              locationService.partial({ [name]: event.currentTarget.checked ? on : null, page: null }, true);
            }}
          />
          <label htmlFor={name}>{label}</label>
        </Stack>
      ))}
    </Stack>
  );
}
