import { t } from '@grafana/i18n';
import { IconButton, Stack, Text, useStyles2 } from '@grafana/ui';
import { codesIn, lookUp } from '../catalog/errors.js';
import { moment } from '../components/format.js';
import type { LogRecord } from './records.js';
import { getLogStyles } from './styles.js';

/** The chosen line in full, with what its error codes mean. */
export function RecordDetails({ record, height, onClose }: { record: LogRecord; height: number; onClose(): void }) {
  const styles = useStyles2(getLogStyles);
  const { time, component, thread, source, line, message } = record;
  const facts = [
    moment(time),
    component,
    thread === '' ? '' : t('log.thread', 'thread {{thread}}', { thread }),
    source,
    line === 0 ? '' : t('log.line', 'line {{line}}', { line }),
  ];
  return (
    <section className={styles.details} style={{ height }} aria-label={t('log.chosen', 'Chosen line')} tabIndex={0}>
      <Stack justifyContent="space-between">
        <Text variant="bodySmall" color="secondary">
          {facts.filter((fact) => fact !== '').join(' · ')}
        </Text>
        <IconButton name="times" aria-label={t('app.close', 'Close')} onClick={onClose} />
      </Stack>
      <pre className={styles.full}>{message}</pre>
      {codesIn(message).map((code) => {
        const known = lookUp(code);
        return (
          <div key={code}>
            <code>{code}</code> {known?.name} {known?.text}. {known?.suggestion}
          </div>
        );
      })}
    </section>
  );
}
