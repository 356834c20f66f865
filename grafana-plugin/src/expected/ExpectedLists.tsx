import { useState } from 'react';
import { t } from '@grafana/i18n';
import { Alert, Button, Field, FileDropzone, Input, RadioButtonGroup, Stack, Text } from '@grafana/ui';
import { loadList, removeList, type ExpectedList, type LoadedList } from '../api/expected.js';
import { isAdmin } from '../app/viewer.js';
import { CopyLine } from '../components/CopyLine.js';
import { Question } from '../components/Question.js';
import { count, moment } from '../components/format.js';
import { Failed } from '../components/QueryState.js';

/** The lists that count, and for administrators how to load and remove them. */
export function ExpectedLists({ lists, onChange }: { lists: ExpectedList[]; onChange(): void }) {
  const [removing, setRemoving] = useState<string>();
  const [failure, setFailure] = useState<Error>();
  const remove = async (list: string) => {
    setFailure(undefined);
    try {
      await removeList(list);
      onChange();
    } catch (error) {
      setFailure(error as Error);
    }
    setRemoving(undefined);
  };
  return (
    <Stack direction="column" gap={2}>
      {lists.length > 0 && (
        <Text element="h2" variant="h4">
          {t('expected.lists', 'Lists')}
        </Text>
      )}
      {lists.map((one) => (
        <Stack key={one.list} alignItems="center" gap={2} wrap="wrap">
          <Text weight="medium">{one.list}</Text>
          <Text color="secondary">
            {t('expected.list-of', '{{machines}} machines of {{file}}, loaded {{at}} by {{by}}', {
              count: one.machines,
              defaultValue_one: '{{machines}} machine of {{file}}, loaded {{at}} by {{by}}',
              machines: count(one.machines),
              file: one.fileName || '–',
              at: moment(one.at),
              by: one.by,
              interpolation: { escapeValue: false },
            })}
          </Text>
          {isAdmin() && (
            <Button
              size="sm"
              variant="secondary"
              icon="trash-alt"
              onClick={() => {
                setRemoving(one.list);
              }}
            >
              {t('expected.remove', 'Expect no more')}
            </Button>
          )}
        </Stack>
      ))}
      {failure !== undefined && <Failed error={failure} />}
      {isAdmin() && <Load onLoaded={onChange} />}
      <Question
        isOpen={removing !== undefined}
        title={t('expected.remove-title', 'Expect the machines of {{list}} no more?', {
          list: removing ?? '',
          interpolation: { escapeValue: false },
        })}
        body={t('expected.remove-body', 'What was heard of them stays. The list can be loaded again.')}
        confirmText={t('expected.remove', 'Expect no more')}
        dismissText={t('app.cancel', 'Cancel')}
        onConfirm={() => void remove(removing ?? '')}
        onDismiss={() => {
          setRemoving(undefined);
        }}
      />
    </Stack>
  );
}

function Load({ onLoaded }: { onLoaded(): void }) {
  const [list, setList] = useState('expected');
  const [mode, setMode] = useState<'replace' | 'merge'>('replace');
  const [loading, setLoading] = useState(false);
  const [loaded, setLoaded] = useState<LoadedList>();
  const [failure, setFailure] = useState<Error>();
  const drop = async ([file]: File[]) => {
    if (file === undefined) return;
    setLoading(true);
    setLoaded(undefined);
    setFailure(undefined);
    try {
      setLoaded(await loadList(file, list.trim() || 'expected', mode));
      onLoaded();
    } catch (error) {
      setFailure(error as Error);
    }
    setLoading(false);
  };
  return (
    <Stack direction="column" gap={2}>
      <Text element="h2" variant="h4">
        {t('expected.load', 'Load a list')}
      </Text>
      <Stack gap={2} wrap="wrap" alignItems="flex-end">
        <Field label={t('expected.list-name', 'Name of the list')} htmlFor="expected-list-name" noMargin>
          <Input
            id="expected-list-name"
            width={30}
            maxLength={100}
            value={list}
            onChange={(event) => {
              setList(event.currentTarget.value);
            }}
          />
        </Field>
        <RadioButtonGroup<'replace' | 'merge'>
          aria-label={t('expected.mode', 'What becomes of the machines that the list has')}
          value={mode}
          onChange={setMode}
          options={[
            { value: 'replace', label: t('expected.replace', 'Replace the list') },
            { value: 'merge', label: t('expected.merge', 'Add to it') },
          ]}
        />
      </Stack>
      <label htmlFor="expected-drop">{t('expected.drop-label', 'File with the machines')}</label>
      <FileDropzone
        id="expected-drop"
        options={{ multiple: false, disabled: loading, onDrop: (files) => void drop(files) }}
        fileListRenderer={() => null}
      >
        <Text color="secondary">
          {loading
            ? t('expected.loading', 'The list is being read…')
            : t(
                'expected.drop',
                'Drop a CSV file here: with a column Name, DNSHostName or DistinguishedName, or one name a line',
              )}
        </Text>
      </FileDropzone>
      {loaded !== undefined && (
        <Alert
          bottomSpacing={0}
          severity={loaded.unreadable.rows > 0 ? 'warning' : 'success'}
          title={t('expected.loaded', '{{machines}} machines are expected', {
            count: loaded.machines,
            defaultValue_one: '{{machines}} machine is expected',
            machines: count(loaded.machines),
          })}
        >
          {[
            loaded.disabled > 0 &&
              t('expected.disabled', '{{rows}} rows of disabled accounts were left out', {
                count: loaded.disabled,
                defaultValue_one: '{{rows}} row of a disabled account was left out',
                rows: count(loaded.disabled),
              }),
            loaded.repeated > 0 &&
              t('expected.repeated', '{{rows}} rows named a machine once more', {
                count: loaded.repeated,
                defaultValue_one: '{{rows}} row named a machine once more',
                rows: count(loaded.repeated),
              }),
            loaded.unreadable.rows > 0 &&
              t('expected.unreadable', '{{rows}} rows name no machine, such as row {{row}}: {{text}}', {
                count: loaded.unreadable.rows,
                defaultValue_one: '{{rows}} row names no machine, row {{row}}: {{text}}',
                rows: count(loaded.unreadable.rows),
                row: loaded.unreadable.examples[0]?.row ?? 0,
                text: loaded.unreadable.examples[0]?.text ?? '',
                interpolation: { escapeValue: false },
              }),
          ]
            .filter((line) => line !== false)
            .map((line) => (
              <div key={line}>{line}</div>
            ))}
        </Alert>
      )}
      {failure !== undefined && <Failed error={failure} />}
      <CopyLine
        label={t('expected.export', 'From the directory, in PowerShell')}
        text="Get-ADComputer -Filter * -Properties OperatingSystem,LastLogonDate | Export-Csv machines.csv -Encoding UTF8"
      />
    </Stack>
  );
}
