import { useState, type ComponentProps, type ReactElement } from 'react';
import { t } from '@grafana/i18n';
import { Checkbox, Field, FieldSet, Input, Stack, Text } from '@grafana/ui';
import { otherRoles, throttleLimits, type RoleConfiguration } from '../api/roles.js';
import { connectionsText, fieldName, findingText, otherRoleName } from './texts.js';
import type { LiveValidation } from './use-validation.js';

interface FieldsProps {
  value: RoleConfiguration;
  onChange(change: Partial<RoleConfiguration>): void;
  validation: LiveValidation;
  disabled?: boolean;
}

interface RuledProps extends Pick<FieldsProps, 'validation'> {
  name: keyof RoleConfiguration;
  description: string;
  /** What was not touched is not called wrong yet. */
  quiet?: boolean;
  children: ReactElement<{ id?: string }>;
}

/** A field with what the rules say of it below. */
function Ruled({ name, description, validation, quiet = false, children }: RuledProps) {
  const error = quiet ? undefined : validation.errorOf(name);
  const warnings = validation.warningsOf(name);
  return (
    <div>
      <Field
        label={fieldName(name)}
        description={description}
        htmlFor={`role-${name}`}
        invalid={error !== undefined}
        error={error === undefined ? undefined : findingText(error)}
        noMargin
      >
        {children}
      </Field>
      {warnings.map((warning) => (
        <Text key={warning.code} color="warning" variant="bodySmall" element="p">
          {findingText(warning)}
        </Text>
      ))}
    </div>
  );
}

/** The wizard's page *General*. `fixedName`: an existing server's name cannot be changed. */
export function GeneralFields({
  value,
  onChange,
  validation,
  disabled,
  fixedName,
}: FieldsProps & { fixedName: boolean }) {
  const text = (
    name: 'serverName' | 'siteCode' | 'intranetFqdn' | 'internetFqdn',
    description: string,
    locked = false,
  ) => (
    <Ruled
      name={name}
      description={description}
      validation={validation}
      quiet={value[name] === '' && name !== 'internetFqdn'}
    >
      <Input
        id={`role-${name}`}
        value={value[name]}
        disabled={disabled || locked}
        onChange={(event) => {
          onChange({ [name]: event.currentTarget.value });
        }}
      />
    </Ruled>
  );
  return (
    <Stack direction="column" gap={2}>
      {text(
        'serverName',
        fixedName
          ? t('role.name-fixed', 'The name of a server cannot be changed')
          : t('role.name-description', 'Short name of the server; it cannot be changed afterwards'),
        fixedName,
      )}
      {text(
        'siteCode',
        t('role.site-description', 'Three letters or digits; empty takes the one that the server was set up with'),
      )}
      {text(
        'intranetFqdn',
        t('role.intranet-description', 'Recommended: under this name clients of any domain find the server'),
      )}
      <div>
        <Checkbox
          label={fieldName('internetClients')}
          description={t('role.internet-clients-description', 'Needs an Internet FQDN')}
          value={value.internetClients}
          disabled={disabled}
          onChange={(event) => {
            onChange({ internetClients: event.currentTarget.checked });
          }}
        />
      </div>
      {text(
        'internetFqdn',
        t(
          'role.internet-description',
          'Name under which the Internet knows the server; needed for Internet-based clients',
        ),
      )}
      <Ruled
        name="installationAccount"
        description={t(
          'role.account-description',
          'Windows domain user DOMAIN\\user; empty for the site server’s computer account',
        )}
        validation={validation}
      >
        <Input
          id="role-installationAccount"
          value={value.installationAccount ?? ''}
          disabled={disabled}
          onChange={(event) => {
            onChange({ installationAccount: event.currentTarget.value === '' ? null : event.currentTarget.value });
          }}
        />
      </Ruled>
    </Stack>
  );
}

/** The wizard's page *System role selection*: this role, and which others the server holds already. */
export function RoleSelectionFields({ value, onChange, validation, disabled }: FieldsProps) {
  const toggled = (role: RoleConfiguration['otherRoles'][number], on: boolean) =>
    on ? [...value.otherRoles, role] : value.otherRoles.filter((one) => one !== role);
  return (
    <Stack direction="column" gap={2}>
      <div>
        <Checkbox label={t('role.fsp', 'Fallback status point')} value disabled />
      </div>
      <FieldSet label={<Text variant="h5">{fieldName('otherRoles')}</Text>}>
        <Stack direction="column" gap={0.5}>
          <Text color="secondary">
            {t(
              'role.other-roles-description',
              'Say what else the server does: some roles should not share it with anonymous messages.',
            )}
          </Text>
          {otherRoles.map((role) => (
            <div key={role}>
              <Checkbox
                label={otherRoleName(role)}
                value={value.otherRoles.includes(role)}
                disabled={disabled}
                onChange={(event) => {
                  onChange({ otherRoles: toggled(role, event.currentTarget.checked) });
                }}
              />
            </div>
          ))}
          {validation.warningsOf('otherRoles').map((warning) => (
            <Text key={findingText(warning)} color="warning" variant="bodySmall" element="p">
              {findingText(warning)}
            </Text>
          ))}
        </Stack>
      </FieldSet>
    </Stack>
  );
}

interface NumberInputProps extends Omit<ComponentProps<typeof Input>, 'value' | 'onChange' | 'type' | 'width' | 'ref'> {
  number: number;
  onNumber(number: number): void;
}

/** Shows what was typed as long as it says the number: an emptied field stays empty, and what is no such number is not taken. */
function NumberInput({ number, onNumber, ...input }: NumberInputProps) {
  const [typed, setTyped] = useState('');
  return (
    <Input
      {...input}
      type="number"
      width={24}
      value={Number(typed) === number ? typed : String(number)}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
        onNumber(Number(currentTarget.value));
      }}
    />
  );
}

/** The wizard's page *Fallback status point*. */
export function ThrottleFields({ value, onChange, validation, disabled }: FieldsProps) {
  const connections = connectionsText(
    validation.result?.allowedClientConnections ??
      (value.internetFqdn.trim() === '' ? 'intranet' : 'intranet_and_internet'),
  );
  const number = (name: 'messageCount' | 'throttleIntervalSeconds', description: string) => (
    <Ruled name={name} description={description} validation={validation}>
      <NumberInput
        id={`role-${name}`}
        min={throttleLimits[name].minimum}
        max={throttleLimits[name].maximum}
        disabled={disabled}
        number={value[name]}
        onNumber={(number) => {
          onChange({ [name]: Math.trunc(number) });
        }}
      />
    </Ruled>
  );
  return (
    <Stack direction="column" gap={2}>
      <Field label={t('role.connections', 'Allowed client connections')} description={connections.reason} noMargin>
        <Input id="role-connections" value={connections.value} readOnly disabled />
      </Field>
      {number(
        'messageCount',
        t(
          'role.count-description',
          'Most messages that are passed on in one interval: 100 to 100,000. What comes beyond waits; nothing is dropped.',
        ),
      )}
      {number('throttleIntervalSeconds', t('role.interval-description', '60 to 86,400; 3,600 is one hour'))}
      <Ruled
        name="throttleReserve"
        description={t(
          'role.reserve-description',
          'In percent, 0 to 90: kept in each interval for failures until its end nears, so that none is late',
        )}
        validation={validation}
      >
        <NumberInput
          id="role-throttleReserve"
          min={throttleLimits.throttleReserve.minimum * 100}
          max={throttleLimits.throttleReserve.maximum * 100}
          suffix="%"
          disabled={disabled}
          number={Math.round(value.throttleReserve * 1_000) / 10}
          onNumber={(number) => {
            onChange({ throttleReserve: number / 100 });
          }}
        />
      </Ruled>
    </Stack>
  );
}

/** On which page of the wizard a field is. */
export const pageOf: Record<keyof RoleConfiguration, 'general' | 'selection' | 'throttle'> = {
  serverName: 'general',
  siteCode: 'general',
  intranetFqdn: 'general',
  internetFqdn: 'general',
  internetClients: 'general',
  installationAccount: 'general',
  otherRoles: 'selection',
  messageCount: 'throttle',
  throttleIntervalSeconds: 'throttle',
  throttleReserve: 'throttle',
};
