import { useCallback, useEffect, useState } from 'react';
import { useDebounce } from 'react-use';
import { validateRole, type Finding, type RoleConfiguration, type Validation } from '../api/roles.js';

export interface LiveValidation {
  /** What the rules said last. */
  result: Validation | undefined;
  /** That the server could not be asked. */
  error: Error | undefined;
  /** Whether `result` is of the configuration as it is now. */
  current: boolean;
  errorOf(field: keyof RoleConfiguration): Finding | undefined;
  warningsOf(field: keyof RoleConfiguration): Finding[];
}

/** Asks the server's rules about a configuration a moment after it changed. */
export function useValidation(configuration: RoleConfiguration, server?: string): LiveValidation {
  const [state, setState] = useState<{ result?: Validation; of?: RoleConfiguration; error?: Error }>({});
  const [asked, setAsked] = useState<RoleConfiguration>(configuration);
  useDebounce(
    () => {
      setAsked(configuration);
    },
    300,
    [configuration],
  );
  useEffect(() => {
    let dropped = false;
    validateRole(asked, server).then(
      (result) => {
        if (!dropped) setState({ result, of: asked });
      },
      (error: unknown) => {
        if (!dropped) setState(({ result }) => ({ result, of: asked, error: error as Error }));
      },
    );
    return () => {
      dropped = true;
    };
  }, [asked, server]);
  const { result, of, error } = state;
  const findings = result?.findings;
  return {
    result,
    error,
    current: of === configuration && error === undefined,
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
