import { useCallback, useState } from 'react';
import { useDebounce } from 'react-use';
import { validateRole, type Finding, type RoleConfiguration, type Validation } from '../api/roles.js';
import { useLoaded } from '../queries/use-loaded.js';

export interface LiveValidation {
  /** What the rules said last. */
  result: Validation | undefined;
  /** That the server could not be asked. */
  error: Error | undefined;
  /** Asks again at once. */
  reload(): void;
  /** Whether `result` is of the configuration as it is now. */
  current: boolean;
  errorOf(field: keyof RoleConfiguration): Finding | undefined;
  warningsOf(field: keyof RoleConfiguration): Finding[];
}

/** Asks the server's rules about a configuration a moment after it changed, and again where the server did not answer. */
export function useValidation(configuration: RoleConfiguration, server?: string): LiveValidation {
  const [asked, setAsked] = useState<RoleConfiguration>(configuration);
  useDebounce(
    () => {
      setAsked(configuration);
    },
    300,
    [configuration],
  );
  const { value, error, reload } = useLoaded(
    useCallback(async () => ({ result: await validateRole(asked, server), of: asked }), [asked, server]),
    undefined,
    // What the rules said last stays while they are asked about the next change.
    server ?? '',
  );
  const findings = value?.result.findings;
  return {
    result: value?.result,
    error,
    reload,
    current: value?.of === configuration && error === undefined,
    errorOf: useCallback(
      (field) => findings?.find((one) => one.field === field && one.severity === 'error'),
      [findings],
    ),
    warningsOf: useCallback(
      (field) => (findings ?? []).filter((one) => one.field === field && one.severity === 'warning'),
      [findings],
    ),
  };
}
