import { t } from '@grafana/i18n';
import { Combobox, FilterInput, InlineSwitch, useStyles2 } from '@grafana/ui';
import type { ToolbarProps } from './toolbar-props.js';
import { getLogStyles } from './styles.js';

/** How the log is shown: order, folding, wrapping, zone, columns, and what is left out. */
export function ViewBar(props: ToolbarProps) {
  const { source, scope, setScope, options, setOptions, zone, setZone, sample } = props;
  const styles = useStyles2(getLogStyles);
  const zones = [
    { value: 'log' as const, label: t('log.zone-log', 'The log’s zone') },
    { value: 'browser' as const, label: t('log.zone-browser', 'My zone') },
    { value: 'utc' as const, label: 'UTC' },
  ].filter(({ value }) => value !== 'log' || (sample !== undefined && sample.utcOffset !== null));
  const toggle = (
    name: 'wrap' | 'showTime' | 'showDelta' | 'showComponent' | 'showThread' | 'showLine',
    label: string,
  ) => (
    <Switch
      id={`log-${name}`}
      label={label}
      value={options[name]}
      onChange={(value) => {
        setOptions({ ...options, [name]: value });
      }}
    />
  );
  return (
    <div className={styles.bar}>
      <div className={styles.search}>
        <FilterInput
          escapeRegex={false}
          value={scope.containing}
          onChange={(containing) => {
            setScope({ ...scope, containing });
          }}
          placeholder={t('log.filter', 'Show only lines with')}
          aria-label={t('log.filter', 'Show only lines with')}
        />
      </div>
      <Combobox
        aria-label={t('log.zone', 'Zone of the times')}
        width={18}
        value={zone}
        options={zones}
        onChange={({ value }) => {
          setZone(value);
        }}
      />
      {source.files.length > 1 && (
        <Switch
          id="log-merge"
          label={t('log.merge', 'Merge by time')}
          value={scope.order === 'time'}
          onChange={(isMerged) => {
            setScope({ ...scope, order: isMerged ? 'time' : 'file' });
          }}
        />
      )}
      <Switch
        id="log-unfold"
        label={t('log.unfold-all', 'Unfold all')}
        value={props.unfoldAll}
        onChange={props.setUnfoldAll}
      />
      {toggle('wrap', t('log.wrap', 'Wrap'))}
      {source.grows && (
        <Switch id="log-follow" label={t('log.follow', 'Follow')} value={props.follow} onChange={props.setFollow} />
      )}
      {toggle('showLine', t('log.line-number', 'Line number'))}
      {toggle('showTime', t('log.time', 'Time'))}
      {toggle('showDelta', t('log.delta', 'Time since the line before'))}
      {toggle('showComponent', t('log.component', 'Component'))}
      {toggle('showThread', t('log.thread-name', 'Thread'))}
    </div>
  );
}

function Switch(props: { id: string; label: string; value: boolean; onChange(value: boolean): void }) {
  return (
    <InlineSwitch
      id={props.id}
      label={props.label}
      showLabel
      value={props.value}
      onChange={(event) => {
        props.onChange(event.currentTarget.checked);
      }}
    />
  );
}
