import { useState } from 'react';
import { t } from '@grafana/i18n';
import { Alert, FileDropzone, Stack, Text } from '@grafana/ui';
import { ApiError } from '../api/http.js';
import { uploadLog } from '../api/setup-logs.js';
import { count } from '../components/format.js';
import { Failed } from '../components/QueryState.js';

interface Props {
  id: string;
  /** The machine that wrote the logs. */
  host: string;
  label: string;
  hint: string;
  onTaken?(): void;
}

/** Takes logs that fall here, one after the other, and says of each what became of it. What is no log stops no other. */
export function DropLogs({ id, host, label, hint, onTaken }: Props) {
  const [taken, setTaken] = useState<string[]>([]);
  const [failures, setFailures] = useState<Error[]>([]);
  const drop = async (files: File[]) => {
    setTaken([]);
    setFailures([]);
    for (const file of files) {
      try {
        const { records } = await uploadLog(file, host);
        const said = t('verify.taken', '{{file}}: {{added}} records taken, {{known}} were known', {
          file: file.name,
          added: count(records.added),
          known: count(records.known),
          interpolation: { escapeValue: false },
        });
        setTaken((before) => [...before, said]);
      } catch (error) {
        setFailures((before) => [...before, error as Error]);
        // Whatever else keeps one from being taken keeps the others too.
        if (!(error instanceof ApiError && error.code === 'FSP_LOG_UNREADABLE')) break;
      }
    }
    onTaken?.();
  };
  return (
    <Stack direction="column" gap={1}>
      <label htmlFor={id}>{label}</label>
      <FileDropzone id={id} options={{ multiple: true, onDropAccepted: (files) => void drop(files) }}>
        <Text color="secondary">{hint}</Text>
      </FileDropzone>
      {taken.length > 0 && <Alert bottomSpacing={0} severity="success" title={taken.join(' · ')} />}
      {failures.map((failure) => (
        <Failed key={failure.message} error={failure} />
      ))}
    </Stack>
  );
}
