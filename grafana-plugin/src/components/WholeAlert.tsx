import type { ComponentProps } from 'react';
import { css } from '@emotion/css';
import { Alert } from '@grafana/ui';

/** A banner that shows all that it says: Grafana's own is scrolled within itself beyond half of the window. */
export function WholeAlert(props: Omit<ComponentProps<typeof Alert>, 'className' | 'bottomSpacing'>) {
  return <Alert {...props} bottomSpacing={0} className={whole} />;
}

const whole = css({ '& div': { maxHeight: 'none' } });
