import { t } from '@grafana/i18n';
import { Stack, Text, TextLink } from '@grafana/ui';
import { appPath } from '../constants.js';
import { lookUp } from './errors.js';

/** The page that says everything that is known of a code or state. */
export function lookUpPath(code: string): string {
  return `${appPath}/look-up?code=${encodeURIComponent(code)}`;
}

/** A code with its meaning and first step, and the way to the look-up page. */
export function CodeMeaning({ code }: { code: string }) {
  const known = lookUp(code);
  return (
    <Stack direction="column" gap={0.25}>
      <Text>
        <TextLink href={lookUpPath(code)} title={t('look-up.open', 'Look up this code')}>
          {code}
        </TextLink>{' '}
        {known?.name.split(', ')[0]} {known?.text}
      </Text>
      {known !== null && (
        <Text variant="bodySmall" color="secondary">
          {known.suggestion}
        </Text>
      )}
    </Stack>
  );
}
