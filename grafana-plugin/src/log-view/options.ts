import { t } from '@grafana/i18n';
import type { Severity } from './source.js';

export interface LogViewOptions {
  showTime: boolean;
  showDelta: boolean;
  showComponent: boolean;
  showThread: boolean;
  showLine: boolean;
  /** Long lines are broken instead of running out of the view. */
  wrap: boolean;
  /** Whether new records at the end are followed. */
  follow: boolean;
  leastSeverity: Severity;
}

export const defaultOptions: LogViewOptions = {
  showTime: true,
  showDelta: true,
  showComponent: true,
  showThread: false,
  showLine: true,
  wrap: false,
  follow: false,
  leastSeverity: 'trace',
};

export function severityText(severity: Severity): string {
  switch (severity) {
    case 'trace':
      return t('severity.trace', 'Trace');
    case 'debug':
      return t('severity.debug', 'Debug');
    case 'info':
      return t('severity.info', 'Information');
    case 'warning':
      return t('severity.warning', 'Warning');
    case 'error':
      return t('severity.error', 'Error');
    case 'fatal':
      return t('severity.fatal', 'Fatal');
  }
}
