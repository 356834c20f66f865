import { useEffect, useRef, useState } from 'react';
import { t } from '@grafana/i18n';
import { Alert, Button, Stack, Text } from '@grafana/ui';
import { useLatest } from 'react-use';
import { ApiError } from '../api/http.js';
import { changeRole, getHistory, getRole, type Role, type RoleConfiguration, type RoleVersion } from '../api/roles.js';
import { useDraft, useUnsaved } from '../app/unsaved.js';
import { moment } from '../components/format.js';
import { Failed } from '../components/QueryState.js';
import { GeneralFields, RoleSelectionFields, ThrottleFields } from './fields.js';
import { Refused } from './RoleWizard.js';
import { differences, fieldName, fieldValue } from './texts.js';
import { ThrottleEffect } from './ThrottleEffect.js';
import { useValidation } from './use-validation.js';

export type EditorTab = 'general' | 'selection' | 'throttle';

interface Props {
  role: Role;
  tab: EditorTab;
  readOnly: boolean;
  onSaved(role: Role): void;
}

interface EditDraft {
  seen: Role;
  edited: RoleConfiguration;
}

function isDraft(value: unknown): value is EditDraft {
  const { seen, edited } = (value ?? {}) as Partial<EditDraft>;
  return typeof seen?.version === 'number' && typeof edited?.serverName === 'string' && 'configuration' in seen;
}

/** The role's properties. What somebody else changed meanwhile is shown before anything is overwritten. */
export function RoleEditor({ role, tab, readOnly, onSaved }: Props) {
  const draft = useDraft(`role.${role.server}`, isDraft);
  // A version that is not the newest any more shows what others changed when it is saved.
  const [seen, setSeen] = useState(draft.value?.seen ?? role);
  const [edited, setEdited] = useState(draft.value?.edited ?? role.configuration);
  const [conflict, setConflict] = useState<{ theirs: Role; change: RoleVersion | undefined }>();
  const [failure, setFailure] = useState<Error>();
  const [saving, setSaving] = useState(false);
  const changed = differences(seen.configuration, edited);
  const isChanged = changed.length > 0;
  // What others saved is shown at once where nothing was changed here.
  if (!isChanged && role.version > seen.version) {
    setSeen(role);
    setEdited(role.configuration);
  }
  const latestDraft = useLatest(draft);
  useEffect(() => {
    if (isChanged) latestDraft.current.keep({ seen, edited });
    else latestDraft.current.forget();
  }, [seen, edited, isChanged, latestDraft]);
  const revert = () => {
    // Here it may have been saved since, or elsewhere since an edit that was kept.
    const newest = seen.version > role.version ? seen : role;
    setSeen(newest);
    setEdited(newest.configuration);
    draft.forget();
  };
  // The next page may still be on its way: whoever comes back before it is there finds this one as it was.
  const question = useUnsaved(isChanged, revert);

  const save = async () => {
    setSaving(true);
    setFailure(undefined);
    try {
      const saved = await changeRole(seen.server, seen.version, edited);
      setSeen(saved);
      // What was typed while the answer was on its way is not saved yet, and stays.
      setEdited((now) => ({ ...saved.configuration, ...only(differences(edited, now), now) }));
      onSaved(saved);
    } catch (error) {
      if (error instanceof ApiError && error.status === 412) {
        try {
          const [theirs, versions] = await Promise.all([getRole(seen.server), getHistory(seen.server)]);
          setConflict({ theirs, change: versions[0] });
        } catch (again) {
          setFailure(again as Error);
        }
      } else setFailure(error as Error);
    }
    setSaving(false);
    keepFocus();
  };
  const form = useRef<HTMLFormElement>(null);
  /** A button that can do nothing any more loses the focus: the keyboard goes on from the top of the fields. */
  const keepFocus = () => {
    setTimeout(() => {
      if (document.activeElement?.matches('body, :disabled') === true) form.current?.focus();
    });
  };
  const onChange = (change: Partial<RoleConfiguration>) => {
    setFailure(undefined);
    setEdited((before) => ({ ...before, ...change }));
  };

  if (conflict !== undefined)
    return (
      <Conflict
        base={seen.configuration}
        mine={edited}
        theirs={conflict.theirs}
        onTakeTheirs={() => {
          setSeen(conflict.theirs);
          setEdited(conflict.theirs.configuration);
          setConflict(undefined);
        }}
        onKeepMine={() => {
          // Only what was changed here; what else they changed stays.
          setSeen(conflict.theirs);
          setEdited({ ...conflict.theirs.configuration, ...only(changed, edited) });
          setConflict(undefined);
        }}
      />
    );
  return (
    <form
      ref={form}
      tabIndex={-1}
      aria-label={t('role.properties', 'Properties')}
      style={{ outline: 'none' }}
      onSubmit={(event) => {
        event.preventDefault();
        if (changed.length > 0) void save();
      }}
    >
      {question}
      <Stack direction="column" gap={3}>
        {draft.value !== undefined && isChanged && (
          <Alert
            bottomSpacing={0}
            severity="info"
            title={t('role.draft', 'What you changed before and did not save is here again')}
          />
        )}
        <Fields seen={seen} edited={edited} tab={tab} readOnly={readOnly} onChange={onChange} />
        {failure !== undefined && <Refused error={failure} />}
        {!readOnly && (
          <Stack gap={1} alignItems="center" wrap="wrap">
            <Button type="submit" disabled={changed.length === 0 || saving}>
              {t('role.save', 'Save')}
            </Button>
            <Button
              type="button"
              variant="secondary"
              disabled={changed.length === 0}
              onClick={() => {
                setFailure(undefined);
                revert();
                keepFocus();
              }}
            >
              {t('role.revert', 'Discard changes')}
            </Button>
            {changed.length > 0 && (
              <Text color="secondary">
                {t('role.changed', 'Changed: {{fields}}', { fields: changed.map(fieldName).join(', ') })}
              </Text>
            )}
          </Stack>
        )}
      </Stack>
    </form>
  );
}

type FieldsProps = {
  seen: Role;
  edited: RoleConfiguration;
  tab: EditorTab;
  readOnly: boolean;
  onChange(change: Partial<RoleConfiguration>): void;
};

function Fields(props: FieldsProps) {
  return props.readOnly ? <ReadOnlyFields {...props} /> : <LiveFields {...props} />;
}

/** Viewers may not ask the rules; they see what the server says of the role as it is. */
function ReadOnlyFields({ seen, edited, tab, onChange }: FieldsProps) {
  const validation = {
    result: undefined,
    error: undefined,
    reload: () => undefined,
    current: true,
    errorOf: () => undefined,
    warningsOf: (field: keyof RoleConfiguration) => seen.warnings.filter((one) => one.field === field),
  };
  return <Tab tab={tab} seen={seen} fields={{ value: edited, onChange, validation, disabled: true }} />;
}

function LiveFields({ seen, edited, tab, onChange }: FieldsProps) {
  const validation = useValidation(edited, seen.server);
  return (
    <>
      {validation.error !== undefined && <Failed error={validation.error} onRetry={validation.reload} />}
      <Tab tab={tab} seen={seen} fields={{ value: edited, onChange, validation }} />
    </>
  );
}

function Tab({ tab, seen, fields }: { tab: EditorTab; seen: Role; fields: Parameters<typeof ThrottleFields>[0] }) {
  if (tab === 'general') return <GeneralFields {...fields} fixedName />;
  if (tab === 'selection') return <RoleSelectionFields {...fields} />;
  const isChanged = differences(seen.configuration, fields.value).length > 0;
  return (
    <Stack direction="column" gap={3}>
      <ThrottleFields {...fields} />
      <ThrottleEffect
        server={seen.server}
        setting={fields.value}
        current={isChanged ? seen.configuration : undefined}
      />
    </Stack>
  );
}

function only(fields: (keyof RoleConfiguration)[], of: RoleConfiguration): Partial<RoleConfiguration> {
  return Object.fromEntries(fields.map((field) => [field, of[field]]));
}

interface ConflictProps {
  base: RoleConfiguration;
  mine: RoleConfiguration;
  theirs: Role;
  onTakeTheirs(): void;
  onKeepMine(): void;
}

/** Somebody else was first: what they changed beside what was changed here. */
function Conflict({ base, mine, theirs, onTakeTheirs, onKeepMine }: ConflictProps) {
  const fields = [...new Set([...differences(base, theirs.configuration), ...differences(base, mine)])];
  return (
    <Alert
      bottomSpacing={0}
      severity="warning"
      title={t('conflict.title', '{{who}} changed this role meanwhile ({{when}}); nothing was saved', {
        who: theirs.changedBy,
        when: moment(Date.parse(theirs.changedAt)),
        interpolation: { escapeValue: false },
      })}
    >
      <Stack direction="column" gap={2}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('conflict.field', 'Field')}</th>
              <th scope="col">{t('conflict.before', 'Before')}</th>
              <th scope="col">{t('conflict.theirs', 'Theirs')}</th>
              <th scope="col">{t('conflict.yours', 'Yours')}</th>
            </tr>
          </thead>
          <tbody>
            {fields.map((field) => (
              <tr key={field}>
                <th scope="row">{fieldName(field)}</th>
                <td>{fieldValue(base, field)}</td>
                <td>{fieldValue(theirs.configuration, field)}</td>
                <td>{fieldValue(mine, field)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <Stack gap={1}>
          <Button type="button" onClick={onTakeTheirs}>
            {t('conflict.take-theirs', 'Take theirs')}
          </Button>
          <Button type="button" variant="secondary" onClick={onKeepMine}>
            {t('conflict.keep-mine', 'Put my changes on top, and look again')}
          </Button>
        </Stack>
      </Stack>
    </Alert>
  );
}
