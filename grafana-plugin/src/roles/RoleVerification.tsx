import { useState } from 'react';
import { css } from '@emotion/css';
import { t } from '@grafana/i18n';
import { Alert, Button, Field, Input, Stack, Text, TextLink, useStyles2 } from '@grafana/ui';
import { testPost, type Role, type TestPost } from '../api/roles.js';
import { followedLogs, followLog, unfollowLog, type FollowedLogs } from '../api/setup-logs.js';
import { language } from '../app/viewer.js';
import { count } from '../components/format.js';
import { Failed, QueryState } from '../components/QueryState.js';
import { appPath } from '../constants.js';
import { useLoaded } from '../queries/use-loaded.js';
import { DropLogs } from '../setup-logs/DropLogs.js';

/** Where Microsoft's procedure ends: a message by the way that clients go, and the two logs of the role's set-up. */
export function RoleVerification({ role }: { role: Role }) {
  return (
    <Stack direction="column" gap={4}>
      <Way role={role} />
      <Logs role={role} />
    </Stack>
  );
}

function Way({ role: { server, configuration } }: { role: Role }) {
  const [result, setResult] = useState<TestPost>();
  const [failure, setFailure] = useState<Error>();
  const [trying, setTrying] = useState(false);
  const send = async (network: 'intranet' | 'internet') => {
    setTrying(true);
    setResult(undefined);
    setFailure(undefined);
    try {
      setResult(await testPost(server, network));
    } catch (error) {
      setFailure(error as Error);
    }
    setTrying(false);
  };
  return (
    <Stack direction="column" gap={2}>
      <Text element="h2" variant="h5">
        {t('verify.way', 'The way that clients go')}
      </Text>
      <Text color="secondary">
        {t(
          'verify.way-detail',
          'The server posts a test message as a client does: without signing in, by the name of the role and the HTTP port of the site. It is kept nowhere.',
        )}
      </Text>
      <Stack gap={1} wrap="wrap">
        <Button disabled={trying} onClick={() => void send('intranet')}>
          {t('verify.try', 'Send a test message')}
        </Button>
        {configuration.internetFqdn !== '' && (
          <Button variant="secondary" disabled={trying} onClick={() => void send('internet')}>
            {t('verify.try-internet', 'Send one by the Internet name')}
          </Button>
        )}
      </Stack>
      {result !== undefined && (
        <Alert
          bottomSpacing={0}
          severity={result.verdict === 'arrived' ? 'success' : 'warning'}
          title={language().startsWith('fr') ? result.message.fr : result.message.en}
        />
      )}
      {failure !== undefined && <Failed error={failure} />}
    </Stack>
  );
}

function Logs({ role }: { role: Role }) {
  const styles = useStyles2(getStyles);
  const loaded = useLoaded(followedLogs, 10_000);
  const [path, setPath] = useState('');
  const [failure, setFailure] = useState<Error>();
  const act = async (work: () => Promise<unknown>) => {
    setFailure(undefined);
    try {
      await work();
      loaded.reload();
    } catch (error) {
      setFailure(error as Error);
    }
  };
  return (
    <Stack direction="column" gap={2}>
      <Text element="h2" variant="h5">
        {t('verify.logs', 'The two logs of the set-up')}
      </Text>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void act(async () => {
            await followLog(path.trim());
            setPath('');
          });
        }}
      >
        <Stack gap={1} alignItems="flex-end" wrap="wrap">
          <Field
            className={styles.path}
            label={t('verify.path', 'Follow a log')}
            description={t('verify.path-detail', 'Full path as the server sees it, to a .log; it may come later')}
            htmlFor="verify-path"
            noMargin
          >
            <Input
              id="verify-path"
              value={path}
              onChange={(event) => {
                setPath(event.currentTarget.value);
              }}
            />
          </Field>
          <Button type="submit" disabled={path.trim() === ''}>
            {t('verify.follow', 'Follow')}
          </Button>
        </Stack>
      </form>
      <QueryState of={loaded}>
        {(logs) => (
          <Followed
            logs={logs}
            onUnfollow={(one) => void act(() => unfollowLog(one))}
            onChoose={(usual) => {
              setPath(usual);
            }}
          />
        )}
      </QueryState>
      <DropLogs
        id="verify-drop"
        host={role.server}
        label={t('verify.drop', 'Drop logs here, or choose them')}
        hint={t('verify.drop-detail', 'They are read once, and kept as logs of this server')}
      />
      {failure !== undefined && <Failed error={failure} />}
      <TextLink href={`${appPath}/setup-logs`}>{t('verify.verdicts', 'The verdicts, when they come')}</TextLink>
    </Stack>
  );
}

function Followed({
  logs: { followed, added, usualPlaces },
  onUnfollow,
  onChoose,
}: {
  logs: FollowedLogs;
  onUnfollow(path: string): void;
  onChoose(path: string): void;
}) {
  const styles = useStyles2(getStyles);
  return (
    <Stack direction="column" gap={1}>
      <Text color="secondary" variant="bodySmall">
        {t('verify.usual', 'Usual places:')}
      </Text>
      <Stack gap={1} wrap="wrap">
        {usualPlaces.map((usual) => (
          <Button
            key={usual.path}
            className={styles.usual}
            size="sm"
            variant="secondary"
            fill="text"
            onClick={() => {
              onChoose(usual.path);
            }}
          >
            {usual.path}
          </Button>
        ))}
      </Stack>
      {[...new Set([...added, ...followed.map(({ file }) => file)])].map((file) => (
        <Stack key={file} gap={1} alignItems="center" wrap="wrap">
          <code className={styles.file}>{file}</code>
          <Text color="secondary">
            {t('verify.records', 'Records since the start: {{number}}', {
              number: count(followed.find((one) => one.file === file)?.records ?? 0),
            })}
          </Text>
          {added.includes(file) && (
            <Button
              size="sm"
              variant="secondary"
              onClick={() => {
                onUnfollow(file);
              }}
            >
              {t('verify.unfollow', 'Follow no more')}
            </Button>
          )}
        </Stack>
      ))}
    </Stack>
  );
}

const getStyles = () => ({
  path: css({ flex: '0 1 480px', minWidth: 0 }),
  // Paths have no spaces to fold at.
  usual: css({ height: 'auto', maxWidth: '100%', '& span': { whiteSpace: 'normal', overflowWrap: 'anywhere' } }),
  file: css({ overflowWrap: 'anywhere' }),
});
