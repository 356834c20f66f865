import { t } from '@grafana/i18n';
import { locationService } from '@grafana/runtime';
import { Combobox } from '@grafana/ui';
import { parameterOf } from '../app/chosen.js';
import type { Clock } from '../queries/chosen.js';

/** Which clock the time range is about. The client's own may say anything: what is off stays visible by receipt. */
export function ClockPicker({ clock }: { clock: Clock }) {
  return (
    <Combobox
      aria-label={t('app.clock', 'Time of')}
      width="auto"
      minWidth={14}
      maxWidth={24}
      value={clock}
      options={[
        { value: 'received', label: t('app.clock-received', 'Time of receipt') },
        { value: 'client', label: t('app.clock-client', 'Client’s clock') },
      ]}
      onChange={({ value }) => {
        locationService.partial({ [parameterOf('clock')]: value === 'client' ? 'client' : null, page: null });
      }}
    />
  );
}
