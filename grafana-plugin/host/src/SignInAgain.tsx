import { useEffect, useState } from 'react';
import { Button, Field, Input, Modal, Stack, Text } from '@grafana/ui';
import type { PreviewSession } from './boot.js';
import { askBy, signIn } from './session.js';
import { say } from './texts.js';

/** Asks to sign in where one is, when the session has ended: what the page holds stays, and what it asked goes on. */
export function SignInAgain({ session }: { session: PreviewSession }) {
  const [done, setDone] = useState<{ call(): void; before: Element | null }>();
  const [token, setToken] = useState('');
  const [name, setName] = useState(session.user);
  const [wrong, setWrong] = useState('');
  useEffect(() => {
    askBy((call) => {
      setDone({ call, before: document.activeElement });
    });
  }, []);
  if (done === undefined) return null;
  const submit = async () => {
    const why = await signIn(token, name);
    setWrong(why);
    if (why !== '') return;
    setToken('');
    setDone(undefined);
    done.call();
    // Once the dialog is gone, which leaves the focus nowhere.
    setTimeout(() => {
      if (done.before instanceof HTMLElement) done.before.focus();
    });
  };
  return (
    <Modal
      isOpen
      title={say('Sign in again')}
      closeOnBackdropClick={false}
      closeOnEscape={false}
      onDismiss={() => undefined}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack direction="column" gap={2}>
          <Text>{say('Your session has ended. Sign in to go on where you are; nothing on this page is lost.')}</Text>
          {wrong !== '' && (
            <Text color="error">
              <span role="alert">{say(wrong)}</span>
            </Text>
          )}
          <Field label={say('Token')} htmlFor="again-token" noMargin>
            <Input
              id="again-token"
              type="password"
              autoComplete="current-password"
              required
              autoFocus
              value={token}
              onChange={(event) => {
                setToken(event.currentTarget.value);
              }}
            />
          </Field>
          <Field label={say('Your name (optional, stands beside changes you make)')} htmlFor="again-name" noMargin>
            <Input
              id="again-name"
              autoComplete="username"
              maxLength={100}
              value={name}
              onChange={(event) => {
                setName(event.currentTarget.value);
              }}
            />
          </Field>
          <div>
            <Button type="submit">{say('Sign in')}</Button>
          </div>
        </Stack>
      </form>
    </Modal>
  );
}
