import { useEffect, useState, type ComponentProps } from 'react';
import { ConfirmModal } from '@grafana/ui';

/** Grafana's question before something is done; once it is answered, the focus is where it was before. */
export function Question(props: ComponentProps<typeof ConfirmModal>) {
  return props.isOpen ? <Asked {...props} /> : null;
}

function Asked(props: ComponentProps<typeof ConfirmModal>) {
  useFocusBack();
  return <ConfirmModal {...props} />;
}

/** Of a dialog: gives the focus back when it closes, which Grafana's own leaves nowhere. */
export function useFocusBack(): void {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      // After the dialog is gone, and unless whoever closed it has put the focus elsewhere.
      setTimeout(() => {
        if (before instanceof HTMLElement && document.activeElement === document.body) before.focus();
      });
    },
    [before],
  );
}
