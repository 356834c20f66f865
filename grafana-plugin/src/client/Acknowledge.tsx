import { useState } from 'react';
import { t } from '@grafana/i18n';
import { Button, Combobox, Field, Icon, Modal, Stack, Text, TextArea } from '@grafana/ui';
import { acknowledge, withdraw, type FailureKey } from '../api/acknowledgements.js';
import { isAdmin } from '../app/viewer.js';
import { moment } from '../components/format.js';
import { Failed } from '../components/QueryState.js';
import { useFocusBack } from '../components/Question.js';
import type { Acknowledged } from '../queries/acknowledged.js';

interface Props {
  failure: FailureKey;
  /** What is said of it at this moment. */
  known: Acknowledged | undefined;
  /** What is acknowledged, in words. */
  what: string;
  onChange(): void;
}

const hour = 3_600_000;

/** That somebody takes care of a failure, or the way to say so; alerts are silent about it until it ends. */
export function Acknowledge({ failure, known, what, onChange }: Props) {
  const [asking, setAsking] = useState(false);
  const [failed, setFailed] = useState<Error>();
  const takeBack = async () => {
    setFailed(undefined);
    try {
      await withdraw({ cause: failure.cause, clientName: known?.client_key ?? '' });
      onChange();
    } catch (error) {
      setFailed(error as Error);
    }
  };
  return (
    <Stack direction="column" gap={0.5}>
      {known !== undefined && (
        <Stack gap={0.5} alignItems="center">
          <Icon name="user" />
          <Text variant="bodySmall">
            {t('ack.by', 'Taken care of by {{by}} until {{until}}: {{note}}', {
              by: known.acknowledged_by,
              until: moment(known.until),
              note: known.note,
              interpolation: { escapeValue: false },
            })}
          </Text>
        </Stack>
      )}
      {isAdmin() && (
        <div>
          {known === undefined ? (
            <Button
              size="sm"
              variant="secondary"
              icon="user"
              onClick={() => {
                setAsking(true);
              }}
            >
              {t('ack.button', 'Acknowledge')}
            </Button>
          ) : (
            <Button size="sm" variant="secondary" onClick={() => void takeBack()}>
              {t('ack.withdraw', 'Take back')}
            </Button>
          )}
        </div>
      )}
      {failed !== undefined && <Failed error={failed} />}
      {asking && (
        <Ask
          failure={failure}
          what={what}
          onDone={() => {
            setAsking(false);
            onChange();
          }}
          onDismiss={() => {
            setAsking(false);
          }}
        />
      )}
    </Stack>
  );
}

function Ask({
  failure,
  what,
  onDone,
  onDismiss,
}: Pick<Props, 'failure' | 'what'> & { onDone(): void; onDismiss(): void }) {
  useFocusBack();
  const [note, setNote] = useState('');
  const [hours, setHours] = useState(8);
  const [failed, setFailed] = useState<Error>();
  const [saying, setSaying] = useState(false);
  const say = async () => {
    setFailed(undefined);
    setSaying(true);
    try {
      await acknowledge(failure, note.trim(), Date.now() + hours * hour);
      onDone();
    } catch (error) {
      setFailed(error as Error);
      setSaying(false);
    }
  };
  const lengths = [
    { value: 1, label: t('ack.hour', 'an hour') },
    { value: 8, label: t('ack.eight-hours', 'eight hours') },
    { value: 24, label: t('ack.day', 'a day') },
    { value: 7 * 24, label: t('ack.week', 'a week') },
    { value: 30 * 24, label: t('ack.month', 'thirty days') },
  ];
  return (
    <Modal isOpen title={t('ack.title', 'Acknowledge a failure')} onDismiss={onDismiss}>
      <Stack direction="column" gap={2}>
        <Text weight="medium">
          {failure.clientName === ''
            ? t('ack.for-all', '{{what}}, on all clients', { what, interpolation: { escapeValue: false } })
            : t('ack.for-one', '{{what}}, on {{client}}', {
                what,
                client: failure.clientName,
                interpolation: { escapeValue: false },
              })}
        </Text>
        <Text color="secondary">
          {t('ack.meaning', 'Alerts are silent about it until then; lists show who takes care of it, and why.')}
        </Text>
        <Field label={t('ack.note', 'Note')} htmlFor="ack-note" noMargin>
          <TextArea
            id="ack-note"
            rows={3}
            maxLength={2_000}
            autoFocus
            value={note}
            onChange={(event) => {
              setNote(event.currentTarget.value);
            }}
          />
        </Field>
        <Field label={t('ack.for', 'For')} htmlFor="ack-for" noMargin>
          <Combobox
            id="ack-for"
            width={24}
            options={lengths}
            value={hours}
            onChange={({ value }) => {
              setHours(value);
            }}
          />
        </Field>
        {failed !== undefined && <Failed error={failed} />}
      </Stack>
      <Modal.ButtonRow>
        <Button variant="secondary" fill="outline" onClick={onDismiss}>
          {t('app.cancel', 'Cancel')}
        </Button>
        <Button disabled={note.trim() === '' || saying} onClick={() => void say()}>
          {t('ack.button', 'Acknowledge')}
        </Button>
      </Modal.ButtonRow>
    </Modal>
  );
}
