import { useCallback, useMemo } from 'react';
import { locationService } from '@grafana/runtime';
import { getDefaultTimeRange } from '@grafana/data';
import { useSettings } from '../configuration/settings.js';
import { ClickHouseSource } from '../log-view/clickhouse-source.js';
import { LogView } from '../log-view/LogView.js';
import type { Pattern } from '../log-view/matcher.js';
import type { FilePlace, Landmark, LogFile } from '../log-view/source.js';
import { useUrlParam } from '../app/url-state.js';
import { rowsOf, runSql } from '../queries/run.js';

interface Props {
  files: LogFile[];
  /** Where it opens if the address names no line. */
  start?: FilePlace;
  landmarks?: Landmark[];
}

/** A log of ClickHouse in the view. Line and search are in the address, so that a link opens at a line. */
export function ShownLog({ files, start, landmarks }: Props) {
  const { datasourceUid } = useSettings();
  const key = JSON.stringify(files);
  const source = useMemo(() => {
    const range = getDefaultTimeRange();
    const ask = async <Row extends object>(sql: string) => rowsOf<Row>(await runSql({ sql }, range, datasourceUid));
    return new ClickHouseSource(JSON.parse(key) as LogFile[], ask);
  }, [key, datasourceUid]);
  const [line] = useUrlParam('line');
  const [file] = useUrlParam('file');
  const [text] = useUrlParam('find');
  const [how] = useUrlParam('find-as');
  const onChoose = useCallback(({ file: index, line: number }: FilePlace) => {
    locationService.partial({ line: String(number), file: index === 0 ? null : String(index) }, true);
  }, []);
  const onFind = useCallback(({ text: wanted, regex, matchCase }: Pattern) => {
    const words = [regex ? 'regex' : '', matchCase ? 'case' : ''].filter((word) => word !== '');
    locationService.partial(
      { find: wanted === '' ? null : wanted, 'find-as': words.length === 0 ? null : words.join('-') },
      true,
    );
  }, []);
  const target = /^\d+$/.test(line) ? { line: Number(line), file: Number(file) || 0 } : start;
  return (
    <LogView
      key={source.id}
      source={source}
      target={target}
      landmarks={landmarks}
      find={{ text, regex: how.includes('regex'), matchCase: how.includes('case') }}
      onChoose={onChoose}
      onFind={onFind}
    />
  );
}
