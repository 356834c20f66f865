import { t } from '@grafana/i18n';
import { Combobox, Field } from '@grafana/ui';

interface Props {
  label: string;
  /** Empty where nothing is chosen. */
  value: string;
  options: { value: string; label?: string }[];
  width?: number;
  onChange(choice: { value: string } | null): void;
}

/** One of several values that a list is narrowed down to, or any. */
export function Choice({ label, value, options, width = 18, onChange }: Props) {
  const id = `choice-${label.replaceAll(/\W/g, '-')}`;
  return (
    <Field label={label} htmlFor={id} noMargin>
      <Combobox
        id={id}
        width={width}
        isClearable
        placeholder={t('clients.any', 'Any')}
        value={value === '' ? null : value}
        options={options}
        onChange={onChange}
      />
    </Field>
  );
}
