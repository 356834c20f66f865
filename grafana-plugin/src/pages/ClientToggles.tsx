import { t } from '@grafana/i18n';
import { locationService } from '@grafana/runtime';
import { Stack, Switch } from '@grafana/ui';
import { useLocation } from 'react-router';

/** What narrows the list of clients down without a place of its own above it: it comes by links, and can be taken away. */
export function ClientToggles({ ofCause }: { ofCause: boolean }) {
  const given = new URLSearchParams(useLocation().search);
  const lastWord = given.get('last-word') ?? '';
  const [topic = '', state = '', error = ''] = lastWord.split('/');
  const toggles = [
    ofCause && { name: 'still', label: t('clients.still', 'Only those that still fail this way') },
    given.has('clock-off') && {
      name: 'clock-off',
      label: t('clients.clock-off', 'Clock off by more than five minutes'),
    },
    given.has('not-assigned') && { name: 'not-assigned', label: t('clients.not-assigned', 'Assignment failed') },
    lastWord !== '' && {
      name: 'last-word',
      label: t('clients.last-word-is', 'Last word: state {{state}} of topic {{topic}} {{error}}', {
        topic,
        state,
        error,
      }),
    },
  ].filter((one) => one !== false);
  if (toggles.length === 0) return null;
  return (
    <Stack wrap="wrap" gap={2}>
      {toggles.map(({ name, label }) => (
        <Stack key={name} alignItems="center" gap={1}>
          <Switch
            id={name}
            value={given.has(name)}
            onChange={(event) => {
              locationService.partial({ [name]: event.currentTarget.checked ? '1' : null, page: null }, true);
            }}
          />
          <label htmlFor={name}>{label}</label>
        </Stack>
      ))}
    </Stack>
  );
}
