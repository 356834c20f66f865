import { useMemo } from 'react';
import { createDataFrame, dateTime, FieldType, type DataFrame, type TimeRange } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Alert, Stack, Text } from '@grafana/ui';
import { Chart } from '../components/Chart.js';
import { count, duration } from '../components/format.js';
import { QueryState } from '../components/QueryState.js';
import { Tile } from '../components/Tile.js';
import { useRows } from '../queries/run.js';
import { arrivalsSql, trafficDays, type Arrivals } from '../queries/traffic.js';
import type { Loaded } from '../queries/use-loaded.js';
import { throttleEffect, type ThrottleEffect as Effect, type ThrottleSetting } from './throttle-effect.js';

interface Props {
  server: string;
  setting: ThrottleSetting;
  /** The setting in force, to compare with. */
  current?: ThrottleSetting;
}

/** What a throttle would have done with what arrived in the last days. */
export function ThrottleEffect({ server, setting, current }: Props) {
  const arrivals = useRows<Arrivals>(arrivalsSql(server.toUpperCase()));
  return (
    <section aria-label={t('throttle.title', 'What this setting would do')}>
      <Text element="h2" variant="h5">
        {t('throttle.title', 'What this setting would do')}
      </Text>
      <QueryState of={arrivals} isEmpty={() => false}>
        {(rows) =>
          rows.length === 0 ? (
            <Alert
              bottomSpacing={0}
              severity="info"
              title={t('throttle.no-traffic', 'Nothing arrived at {{server}} in the last {{days}} days to try it on', {
                server,
                days: trafficDays,
              })}
            >
              {t(
                'throttle.rule',
                'By the numbers, messages a day, at the most: {{day}}. A healthy installation sends four.',
                {
                  day: count(
                    Math.floor((setting.messageCount * 86_400) / Math.max(1, setting.throttleIntervalSeconds)),
                  ),
                },
              )}
            </Alert>
          ) : (
            <Played arrivals={rows} setting={setting} current={current} />
          )
        }
      </QueryState>
    </section>
  );
}

function Played({ arrivals, setting, current }: Omit<Props, 'server'> & { arrivals: Arrivals[] }) {
  const { messageCount, throttleIntervalSeconds } = setting;
  const end = useMemo(() => Date.now(), []);
  const effect = useMemo(
    () => throttleEffect(arrivals, { messageCount, throttleIntervalSeconds }, end),
    [arrivals, messageCount, throttleIntervalSeconds, end],
  );
  const before = useMemo(
    () => (current === undefined ? undefined : throttleEffect(arrivals, current, end)),
    [arrivals, current, end],
  );
  const range = useMemo<TimeRange>(() => {
    const last = Math.max(end, effect.waiting.at(-1)?.time ?? 0);
    const [from, to] = [dateTime(arrivals[0]!.time), dateTime(last)];
    return { from, to, raw: { from, to } };
  }, [arrivals, end, effect]);
  const frames = useMemo<Loaded<DataFrame[]>>(
    () => ({
      value: [
        frameOf(t('throttle.with-this', 'With this setting'), effect),
        ...(before === undefined ? [] : [frameOf(t('throttle.with-current', 'With the current one'), before)]),
      ],
      error: undefined,
      loading: false,
      reload: () => undefined,
    }),
    [effect, before],
  );
  const was = (value: string | undefined) =>
    value === undefined ? undefined : t('throttle.now', 'now {{value}}', { value });
  return (
    <Stack direction="column" gap={1}>
      <Text color="secondary">
        {t('throttle.played', 'Played through with the {{messages}} messages of the last {{days}} days:', {
          count: effect.arrived,
          defaultValue_one: 'Played through with the {{messages}} message of the last {{days}} days:',
          messages: count(effect.arrived),
          days: trafficDays,
        })}
      </Text>
      <Stack wrap="wrap" gap={1}>
        <Tile
          label={t('throttle.longest', 'Longest wait')}
          value={duration(effect.longestWaitSeconds)}
          note={was(before && duration(before.longestWaitSeconds))}
          tone={effect.longestWaitSeconds > 8 * 3600 ? 'bad' : effect.longestWaitSeconds > 3600 ? 'warning' : 'good'}
        />
        <Tile
          label={t('throttle.backlog', 'Hours of backlog')}
          value={count(Math.round(effect.backlogHours * 10) / 10)}
          note={was(before && count(Math.round(before.backlogHours * 10) / 10))}
          tone={effect.backlogHours > 24 ? 'bad' : effect.backlogHours > 0 ? 'warning' : 'good'}
        />
        <Tile
          label={t('throttle.most', 'Most waiting')}
          value={count(effect.mostWaiting)}
          note={was(before && count(before.mostWaiting))}
        />
        <Tile
          label={t('throttle.left', 'Still waiting now')}
          value={count(effect.left)}
          note={was(before && count(before.left))}
          tone={effect.left > 0 ? 'warning' : undefined}
        />
      </Stack>
      <Chart
        title={t('throttle.chart', 'Messages that would have waited')}
        frames={frames}
        range={range}
        height={220}
      />
    </Stack>
  );
}

function frameOf(name: string, { waiting }: Effect): DataFrame {
  return createDataFrame({
    name,
    fields: [
      { name: 'time', type: FieldType.time, values: waiting.map(({ time }) => time) },
      { name, type: FieldType.number, values: waiting.map((one) => one.waiting), config: { displayName: name } },
    ],
  });
}
