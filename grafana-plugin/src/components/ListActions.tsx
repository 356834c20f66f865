import { useState } from 'react';
import { t } from '@grafana/i18n';
import { getAppEvents } from '@grafana/runtime';
import { AppEvents } from '@grafana/data';
import { Button, Stack } from '@grafana/ui';
import { saveFile } from '../log-view/export-text.js';
import { copyText, tellFailure } from './copy-text.js';
import { csv } from './csv.js';
import { count } from './format.js';

interface Props<Row extends object> {
  /** Name of the file, without its ending. */
  name: string;
  columns: readonly (keyof Row & string)[];
  /** Those of them that are moments. */
  times: readonly (keyof Row & string)[];
  /** The most rows that `load` gives. */
  most: number;
  /** What is copied, one a line. */
  nameOf(row: Row): string;
  load(): Promise<Row[]>;
  /** What else of a whole list can be copied, each with a button. */
  copies?: Copy<Row>[];
}

interface Copy<Row extends object> {
  label: string;
  textOf(rows: Row[]): string;
  /** What is said when it is done; else for how many machines. */
  told?(number: number): string;
}

/** A whole list as a file, or its names for a collection or a script. */
export function ListActions<Row extends object>(props: Props<Row>) {
  const { name, columns, times, most, nameOf, load, copies = [] } = props;
  const [busy, setBusy] = useState(false);
  const act = async (then: (rows: Row[]) => Promise<void> | void) => {
    setBusy(true);
    try {
      const rows = await load();
      await then(rows);
      if (rows.length >= most)
        getAppEvents().publish({
          type: AppEvents.alertWarning.name,
          payload: [
            t('app.only-first', 'Only the first {{number}} were taken: narrow the list down for the others', {
              number: count(most),
            }),
          ],
        });
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const names: Copy<Row> = {
    label: t('app.copy-names', 'Copy names'),
    // A name with a line break would be two.
    textOf: (rows) => rows.map((row) => nameOf(row).replaceAll(/[\r\n]+/g, ' ')).join('\r\n'),
    told: (number) =>
      t('app.copied-names', '{{number}} names copied', {
        count: number,
        defaultValue_one: '{{number}} name copied',
        number: count(number),
      }),
  };
  return (
    <Stack gap={1} wrap="wrap">
      {[names, ...copies].map(({ label, textOf, told = copiedFor }) => (
        <Button
          key={label}
          variant="secondary"
          size="sm"
          icon="copy"
          disabled={busy}
          onClick={() =>
            void act(async (rows) => {
              await copyText(textOf(rows));
              getAppEvents().publish({
                type: AppEvents.alertSuccess.name,
                payload: [told(rows.length)],
              });
            })
          }
        >
          {label}
        </Button>
      ))}
      <Button
        variant="secondary"
        size="sm"
        icon="download-alt"
        disabled={busy}
        onClick={() =>
          void act((rows) => {
            saveFile(`${name}.csv`, [csv(columns, rows, times)], 'text/csv');
          })
        }
      >
        {t('app.csv', 'CSV')}
      </Button>
    </Stack>
  );
}

function copiedFor(number: number): string {
  return t('app.copied-for', 'Copied, for {{number}} machines', {
    count: number,
    defaultValue_one: 'Copied, for {{number}} machine',
    number: count(number),
  });
}
