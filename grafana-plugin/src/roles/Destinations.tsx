import { t } from '@grafana/i18n';
import { Badge, Stack, Text, Tooltip } from '@grafana/ui';
import { getStatus } from '../api/status.js';
import { count } from '../components/format.js';
import { useLoaded } from '../queries/use-loaded.js';

/** How far each destination of the server that answers lags behind: what is taken and has not arrived there yet. */
export function Destinations() {
  const { value: status } = useLoaded(getStatus, 30_000);
  if (status === undefined) return null;
  return (
    <Stack gap={1} alignItems="center" wrap="wrap">
      <Text color="secondary">
        {t('destinations.title', 'Destinations of {{server}}:', { server: status.server.name })}
      </Text>
      {status.sinks.map(({ sink, lag, lastError }) =>
        lastError === null ? (
          <Badge
            key={sink}
            color={lag === 0 ? 'green' : 'blue'}
            icon={lag === 0 ? 'check' : 'sync'}
            text={t('destinations.lag', '{{sink}}: {{lag}} behind', { sink, lag: count(lag) })}
          />
        ) : (
          <Tooltip key={sink} content={lastError.message}>
            <span tabIndex={0}>
              <Badge
                color="red"
                icon="exclamation-circle"
                text={t('destinations.failing', '{{sink}} fails, {{lag}} behind', { sink, lag: count(lag) })}
              />
            </span>
          </Tooltip>
        ),
      )}
    </Stack>
  );
}
