import { useEffect, useState, type ReactNode } from 'react';
import { t } from '@grafana/i18n';
import { locationService } from '@grafana/runtime';
import { useLatest } from 'react-use';
import { Question } from '../components/Question.js';

/** What is kept of an edit that was not saved, in this tab, so that a reload or signing in again does not lose it. */
export interface Draft<T> {
  value: T | undefined;
  keep(value: T): void;
  forget(): void;
}

/** A draft by its name. `value` is what an earlier page of this tab left; of another shape, it is none. */
export function useDraft<T>(name: string, isValid: (value: unknown) => value is T): Draft<T> {
  const key = `fsp.draft.${name}`;
  const [value] = useState(() => {
    try {
      const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? 'null');
      return isValid(kept) ? kept : undefined;
    } catch {
      return undefined;
    }
  });
  return {
    value,
    keep(next) {
      try {
        sessionStorage.setItem(key, JSON.stringify(next));
      } catch {
        // No room, or none allowed: the question before leaving remains.
      }
    },
    forget() {
      sessionStorage.removeItem(key);
    },
  };
}

/**
 * Asks before somebody leaves a page with what they have not saved: within Grafana by a question of ours, out of it by the
 * browser's own.
 * @returns the question, to be shown somewhere on the page
 */
export function useUnsaved(unsaved: boolean, onDiscard: () => void): ReactNode {
  const [leaving, setLeaving] = useState<{ go(): void }>();
  const discard = useLatest(onDiscard);
  useEffect(() => {
    if (!unsaved) return undefined;
    const history = locationService.getHistory();
    const unblock = history.block((location, action) => {
      // A tab of the same page is no leaving.
      if (location.pathname === locationService.getLocation().pathname) return;
      setLeaving({
        go() {
          discard.current();
          unblock();
          if (action === 'REPLACE') history.replace(location);
          else history.push(location);
        },
      });
      return false;
    });
    const beforeUnload = (event: BeforeUnloadEvent) => {
      event.preventDefault();
    };
    window.addEventListener('beforeunload', beforeUnload);
    return () => {
      unblock();
      window.removeEventListener('beforeunload', beforeUnload);
    };
  }, [unsaved, discard]);
  return (
    <Question
      isOpen={leaving !== undefined}
      title={t('unsaved.title', 'Leave without saving?')}
      body={t('unsaved.body', 'What you changed here is not saved.')}
      confirmText={t('unsaved.leave', 'Discard the changes and leave')}
      dismissText={t('unsaved.stay', 'Stay here')}
      onConfirm={() => {
        setLeaving(undefined);
        leaving?.go();
      }}
      onDismiss={() => {
        setLeaving(undefined);
      }}
    />
  );
}
