import { useRef, useState } from 'react';
import { t } from '@grafana/i18n';
import { FileDropzone, Spinner, Stack, Text } from '@grafana/ui';
import { uploadLog, type TakenLog } from '../api/setup-logs.js';
import { count, labelled } from '../components/format.js';
import { titleOf } from '../components/QueryState.js';
import { WholeAlert } from '../components/WholeAlert.js';
import { visible } from '../log-view/visible.js';
import { notReadText } from '../open-logs/texts.js';

interface Props {
  id: string;
  /** The machine that wrote the logs. */
  host: string;
  label: string;
  hint: string;
  onTaken?(): void;
}

interface Dropped {
  name: string;
  became: TakenLog | Error;
}

/** Takes logs that fall here, one after the other, and says of each by name what became of it: none stops the others. */
export function DropLogs({ id, host, label, hint, onTaken }: Props) {
  const [dropped, setDropped] = useState<Dropped[]>([]);
  const [underWay, setUnderWay] = useState<string>();
  const queue = useRef({ files: [] as File[], isBusy: false }).current;
  const drop = async (files: File[]) => {
    queue.files.push(...files);
    // What falls while others are being taken is taken after them.
    if (queue.isBusy || files.length === 0) return;
    queue.isBusy = true;
    setDropped([]);
    for (let file = queue.files.shift(); file !== undefined; file = queue.files.shift()) {
      const { name } = file;
      setUnderWay(name);
      const became = await uploadLog(file, host).catch((error: unknown) => error as Error);
      setDropped((before) => [...before, { name, became }]);
    }
    queue.isBusy = false;
    setUnderWay(undefined);
    onTaken?.();
  };
  const failures = dropped.flatMap(({ name, became }) => (became instanceof Error ? [{ name, error: became }] : []));
  const taken = dropped.flatMap(({ name, became }) => (became instanceof Error ? [] : [{ name, log: became }]));
  const remarked = taken.some(({ log }) => remarksOn(log).length > 0);
  return (
    <Stack direction="column" gap={1}>
      <label htmlFor={id}>{label}</label>
      {/* Its own list of files would say nothing of what became of them. */}
      <FileDropzone id={id} options={{ onDrop: (files) => void drop(files) }} fileListRenderer={() => null}>
        <Text color="secondary">{hint}</Text>
      </FileDropzone>
      {underWay !== undefined && (
        <Stack gap={1} alignItems="center">
          <Spinner inline />
          <Text>
            {t('drop.under-way', '{{file}} is being taken', {
              file: visible(underWay),
              interpolation: { escapeValue: false },
            })}
          </Text>
        </Stack>
      )}
      {taken.length > 0 && (
        <WholeAlert severity={remarked ? 'warning' : 'success'} title={t('drop.taken', 'Taken')}>
          {taken.map(({ name, log }, index) => (
            <div key={index}>
              <div>
                {t('verify.taken', '{{file}}: {{added}} records taken, {{known}} known before', {
                  count: log.records.added,
                  defaultValue_one: '{{file}}: {{added}} record taken, {{known}} known before',
                  file: visible(name),
                  added: count(log.records.added),
                  known: count(log.records.known),
                  interpolation: { escapeValue: false },
                })}
              </div>
              {remarksOn(log).map((remark) => (
                <Text key={remark} element="p" weight="medium">
                  {remark}
                </Text>
              ))}
            </div>
          ))}
        </WholeAlert>
      )}
      {[...new Set(failures.map(({ error }) => titleOf(error)))].map((title) => (
        <WholeAlert key={title} severity="error" title={title}>
          {failures
            .filter(({ error }) => titleOf(error) === title)
            .map(({ name, error }, index) => (
              <div key={index}>{told(name, error)}</div>
            ))}
        </WholeAlert>
      ))}
    </Stack>
  );
}

/** What is to be said of a log that was taken, by the name of what it is said of. */
function remarksOn({ plain, refused, failed }: TakenLog): string[] {
  const because = (path: string, reason: string) => `${labelled(visible(path))} ${reason}`;
  return [
    ...plain.map((path) =>
      because(path, t('drop.plain', 'no log of a known format; it is kept as text, and there is no verdict on it')),
    ),
    ...refused.map((one) => because(one.path, notReadText(one))),
    ...failed.map(({ path, reason }) => because(path, reason)),
  ];
}

/** What is wrong with a file, by its name; the name alone where there is nothing to say but that nobody answered. */
function told(name: string, { message }: Error): string {
  if (message === '') return visible(name);
  return message.startsWith(name) ? message : `${labelled(visible(name))} ${message}`;
}
