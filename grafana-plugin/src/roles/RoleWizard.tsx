import { useEffect, useRef, useState } from 'react';
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Button, Combobox, Field, LoadingPlaceholder, Stack, Text, useStyles2 } from '@grafana/ui';
import { useLatest } from 'react-use';
import { ApiError } from '../api/http.js';
import { createRole, throttleLimits, type Role, type RoleConfiguration } from '../api/roles.js';
import { useDraft, useUnsaved } from '../app/unsaved.js';
import { Failed } from '../components/QueryState.js';
import { GeneralFields, pageOf, RoleSelectionFields, ThrottleFields } from './fields.js';
import { Findings, Summary } from './Summary.js';
import { differences, findingText } from './texts.js';
import { ThrottleEffect } from './ThrottleEffect.js';
import { useValidation } from './use-validation.js';

export type WizardKind = 'server' | 'role';
const pages = ['general', 'selection', 'throttle', 'summary'] as const;
type Page = (typeof pages)[number];

interface Props {
  /** *New site system server* asks for a name, *New site role* for one of the servers that are known. */
  kind: WizardKind;
  /** Servers that are known and hold no role. */
  servers: string[];
  onCreated(role: Role): void;
  onCancel(): void;
}

interface WizardDraft {
  page: Page;
  configuration: RoleConfiguration;
}

function isDraft(value: unknown): value is WizardDraft {
  const { page, configuration } = (value ?? {}) as Partial<WizardDraft>;
  return pages.some((one) => one === page) && typeof configuration?.serverName === 'string';
}

const blank: RoleConfiguration = {
  serverName: '',
  siteCode: '',
  intranetFqdn: '',
  internetFqdn: '',
  internetClients: false,
  installationAccount: null,
  messageCount: throttleLimits.messageCount.default,
  throttleIntervalSeconds: throttleLimits.throttleIntervalSeconds.default,
  throttleReserve: throttleLimits.throttleReserve.default,
  otherRoles: [],
};

/** Configuration Manager's wizard: General, System role selection, Fallback status point, Summary. */
export function RoleWizard({ kind, servers, onCreated, onCancel }: Props) {
  const styles = useStyles2(getStyles);
  const draft = useDraft(`new-${kind}`, isDraft);
  const [page, setPage] = useState<Page>(draft.value?.page ?? 'general');
  const [configuration, setConfiguration] = useState(draft.value?.configuration ?? blank);
  const [creating, setCreating] = useState(false);
  const [failure, setFailure] = useState<Error>();
  const [created, setCreated] = useState<Role>();
  const isBegun = created === undefined && differences(blank, configuration).length > 0;
  const latest = useLatest({ draft, onCreated });
  useEffect(() => {
    if (isBegun) latest.current.draft.keep({ page, configuration });
    else latest.current.draft.forget();
  }, [page, configuration, isBegun, latest]);
  const question = useUnsaved(isBegun, () => {
    setPage('general');
    setConfiguration(blank);
    draft.forget();
  });
  // Once nothing is unsaved any more: leaving needs no question then.
  useEffect(() => {
    if (created !== undefined) latest.current.onCreated(created);
  }, [created, latest]);
  const form = useRef<HTMLFormElement>(null);
  const turnTo = (next: Page) => {
    setPage(next);
    // The field that had it is gone: the keyboard goes on from the top of the page, and its title is read out.
    form.current?.focus();
  };
  const validation = useValidation(configuration);
  const change = (part: Partial<RoleConfiguration>) => {
    setFailure(undefined);
    setConfiguration((before) => ({ ...before, ...part }));
  };
  const fields = { value: configuration, onChange: change, validation };
  const errorsOn = (one: Page) =>
    (validation.result?.findings ?? []).filter(
      ({ severity, field }) => severity === 'error' && (one === 'summary' || pageOf[field] === one),
    );
  const at = pages.indexOf(page);
  const blocked = !validation.current || errorsOn(page).length > 0 || configuration.serverName === '';

  const create = async () => {
    setCreating(true);
    setFailure(undefined);
    try {
      setCreated(await createRole(configuration));
    } catch (error) {
      setFailure(error as Error);
      setCreating(false);
    }
  };

  return (
    <div className={styles.wizard}>
      {question}
      <ol className={styles.steps} aria-label={t('wizard.steps', 'Steps')}>
        {pages.map((one, index) => (
          <li
            key={one}
            className={cx(styles.step, one === page && styles.current)}
            aria-current={one === page ? 'step' : undefined}
          >
            {`${index + 1}. ${pageTitle(one)}`}
          </li>
        ))}
      </ol>
      <form
        ref={form}
        className={styles.page}
        tabIndex={-1}
        aria-label={pageTitle(page)}
        onKeyDown={({ key, target, currentTarget }) => {
          if (key === 'Enter' && target === currentTarget) currentTarget.requestSubmit();
        }}
        onSubmit={(event) => {
          event.preventDefault();
          if (blocked || creating) return;
          if (page === 'summary') void create();
          else turnTo(pages[at + 1]!);
        }}
      >
        <Text element="h2" variant="h4">
          {pageTitle(page)}
        </Text>
        {validation.error !== undefined && <Failed error={validation.error} onRetry={validation.reload} />}
        {page === 'general' && (
          <Stack direction="column" gap={2}>
            {kind === 'role' && (
              <ServerChoice
                servers={servers}
                value={configuration.serverName}
                onChange={(serverName) => {
                  change({ serverName });
                }}
              />
            )}
            <GeneralFields {...fields} fixedName={kind === 'role'} />
          </Stack>
        )}
        {page === 'selection' && <RoleSelectionFields {...fields} />}
        {page === 'throttle' && (
          <Stack direction="column" gap={3}>
            <ThrottleFields {...fields} />
            <ThrottleEffect server={configuration.serverName} setting={configuration} />
          </Stack>
        )}
        {page === 'summary' &&
          (validation.result === undefined ? (
            <LoadingPlaceholder text={t('wizard.checking', 'Checking…')} />
          ) : (
            <Stack direction="column" gap={2}>
              <Text>{t('wizard.summary', 'The role will be created like this, and is in force at once:')}</Text>
              <Summary validation={validation.result} existing={kind === 'role'} />
            </Stack>
          ))}
        {failure !== undefined && <Refused error={failure} />}
        <Stack gap={1}>
          <Button
            variant="secondary"
            type="button"
            disabled={at === 0 || creating}
            onClick={() => {
              turnTo(pages[at - 1]!);
            }}
          >
            {t('wizard.back', 'Back')}
          </Button>
          <Button type="submit" disabled={blocked || creating}>
            {page === 'summary' ? t('wizard.create', 'Create the role') : t('wizard.next', 'Next')}
          </Button>
          <Button variant="secondary" fill="text" type="button" disabled={creating} onClick={onCancel}>
            {t('app.cancel', 'Cancel')}
          </Button>
        </Stack>
        {page !== 'summary' && validation.current && errorsOn(page).length > 0 && configuration.serverName !== '' && (
          <Text color="secondary" variant="bodySmall">
            {t('wizard.blocked', 'To go on: {{what}}', {
              what: findingText(errorsOn(page)[0]!),
              interpolation: { escapeValue: false },
            })}
          </Text>
        )}
      </form>
    </div>
  );
}

function ServerChoice({
  servers,
  value,
  onChange,
}: {
  servers: string[];
  value: string;
  onChange(name: string): void;
}) {
  return (
    <Field
      label={t('wizard.server', 'Site system server')}
      description={t(
        'wizard.server-description',
        'One that was heard of and holds no role, or any other: type its short name',
      )}
      htmlFor="wizard-server"
      noMargin
    >
      <Combobox
        id="wizard-server"
        width={40}
        createCustomValue
        placeholder={t('wizard.choose', 'Choose a server or type its name')}
        value={value === '' ? null : value}
        options={servers.map((server) => ({ value: server }))}
        onChange={(choice) => {
          onChange(choice.value.trim());
        }}
      />
    </Field>
  );
}

/** The server's refusal, with its reasons. */
export function Refused({ error }: { error: Error }) {
  if (error instanceof ApiError && error.findings.length > 0) return <Findings findings={error.findings} />;
  return <Failed error={error} />;
}

function pageTitle(page: Page): string {
  switch (page) {
    case 'general':
      return t('wizard.general', 'General');
    case 'selection':
      return t('wizard.selection', 'System role selection');
    case 'throttle':
      return t('wizard.throttle', 'Fallback status point');
    case 'summary':
      return t('wizard.summary-title', 'Summary');
  }
}

const getStyles = (theme: GrafanaTheme2) => ({
  wizard: css({ display: 'flex', gap: theme.spacing(4), flexWrap: 'wrap', alignItems: 'flex-start' }),
  steps: css({ listStyle: 'none', flex: '0 0 220px' }),
  step: css({
    padding: theme.spacing(1, 1.5),
    color: theme.colors.text.secondary,
    borderLeft: '3px solid transparent',
  }),
  current: css({
    color: theme.colors.text.primary,
    fontWeight: theme.typography.fontWeightMedium,
    borderLeftColor: theme.colors.primary.border,
  }),
  page: css({
    flex: '1 1 480px',
    maxWidth: 860,
    minWidth: 0,
    outline: 'none',
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(2),
  }),
});
