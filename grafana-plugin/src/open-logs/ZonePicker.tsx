import { useMemo } from 'react';
import { t } from '@grafana/i18n';
import { Combobox, Text } from '@grafana/ui';
import { browserZone } from './use-opened-logs.js';

/** In which zone logs are read that tell none. */
export function ZonePicker({ zone, onChange }: { zone: string; onChange(zone: string): void }) {
  const options = useMemo(() => {
    const zones = new Set(['UTC', browserZone(), ...Intl.supportedValuesOf('timeZone')]);
    return [...zones].map((value) => ({ value, label: value }));
  }, []);
  return (
    <>
      <label htmlFor="open-logs-zone">
        <Text variant="bodySmall">{t('open-logs.zone', 'Logs that tell no zone were written in')}</Text>
      </label>
      <Combobox
        id="open-logs-zone"
        width={28}
        value={zone}
        options={options}
        onChange={({ value }) => {
          onChange(value);
        }}
      />
      {zone === browserZone() && (
        <Text variant="bodySmall" color="secondary">
          {t('open-logs.zone-assumed', 'assumed: the zone of this browser')}
        </Text>
      )}
    </>
  );
}
