import { useState } from 'react';
import { t } from '@grafana/i18n';
import { Button, Stack } from '@grafana/ui';
import { removeRole, type Role } from '../api/roles.js';
import { count } from '../components/format.js';
import { Question } from '../components/Question.js';
import { Refused } from './RoleWizard.js';

interface Props {
  role: Role;
  /** Messages that wait at the role's receiver; null where it is not known. */
  waiting: number | null;
  onRemoved(): void;
}

/** Removes the role, after saying what that means. */
export function RemoveRole({ role, waiting, onRemoved }: Props) {
  const [asking, setAsking] = useState(false);
  const [failure, setFailure] = useState<Error>();
  const { server } = role;
  const remove = async () => {
    try {
      await removeRole(server, role.version);
      onRemoved();
    } catch (error) {
      setFailure(error as Error);
    }
    setAsking(false);
  };
  return (
    <Stack direction="column" gap={1}>
      {failure !== undefined && <Refused error={failure} />}
      <div>
        <Button
          variant="destructive"
          icon="trash-alt"
          onClick={() => {
            setFailure(undefined);
            setAsking(true);
          }}
        >
          {t('remove.button', 'Remove the role')}
        </Button>
      </div>
      <Question
        isOpen={asking}
        title={t('remove.title', 'Remove the fallback status point from {{server}}?', { server })}
        body={t(
          'remove.body',
          'From that moment {{server}} takes no more messages: clients that use it get an error, and what they would have reported about failed installations is lost unless they have another fallback status point.',
          { server },
        )}
        description={[
          waiting === null
            ? t('remove.unknown', 'What it still holds is passed on at its throttle.')
            : t('remove.waiting', '{{waiting}} messages that wait are passed on at its throttle; none is dropped.', {
                count: waiting,
                defaultValue_one: '{{waiting}} message that waits is passed on at its throttle; it is not dropped.',
                waiting: count(waiting),
              }),
          t(
            'remove.kept',
            'Data and history are kept. Creating the role again resumes it. Take FSP={{server}} off your ccmsetup command lines.',
            { server },
          ),
        ].join(' ')}
        confirmText={t('remove.confirm', 'Remove')}
        confirmationText={server}
        dismissText={t('app.cancel', 'Cancel')}
        onConfirm={remove}
        onDismiss={() => {
          setAsking(false);
        }}
      />
    </Stack>
  );
}
