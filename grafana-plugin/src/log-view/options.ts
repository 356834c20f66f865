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

/** Windows that are narrower are telephones'; pixels. */
export const narrow = 600;

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

/** On a telephone the columns would leave no room for what a line says; the details have them all. */
export function initialOptions(): LogViewOptions {
  return window.innerWidth < narrow
    ? { ...defaultOptions, showTime: false, showDelta: false, showComponent: false }
    : defaultOptions;
}

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
