import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';

/** Height of a line in pixels; all are alike, so that any can be found without laying out the others. */
export const rowHeight = 22;

const cell = { flexShrink: 0, overflow: 'hidden', whiteSpace: 'nowrap', textOverflow: 'ellipsis' } as const;

export const getLogStyles = (theme: GrafanaTheme2) => ({
  view: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1), minHeight: 0 }),
  search: css({ flex: '1 1 140px', minWidth: 120 }),
  scroller: css({
    flexGrow: 1,
    minHeight: 0,
    overflow: 'auto',
    fontFamily: theme.typography.fontFamilyMonospace,
    fontSize: theme.typography.bodySmall.fontSize,
    border: `1px solid ${theme.colors.border.weak}`,
    background: theme.colors.background.primary,
    contain: 'strict',
  }),
  row: css({
    position: 'absolute',
    left: 0,
    minWidth: '100%',
    height: rowHeight,
    lineHeight: `${rowHeight}px`,
    display: 'flex',
    gap: theme.spacing(1),
    padding: theme.spacing(0, 1),
    whiteSpace: 'nowrap',
    cursor: 'pointer',
    '&:hover': { background: theme.colors.action.hover },
  }),
  trace: css({ color: theme.colors.text.secondary }),
  debug: css({ color: theme.colors.text.secondary }),
  info: css({ color: theme.colors.text.primary }),
  warning: css({ color: theme.colors.text.primary, background: theme.colors.warning.transparent }),
  error: css({ color: theme.colors.text.primary, background: theme.colors.error.transparent }),
  fatal: css({
    color: theme.colors.text.primary,
    background: theme.colors.error.transparent,
    fontWeight: theme.typography.fontWeightBold,
  }),
  chosen: css({ outline: `1px solid ${theme.colors.primary.border}`, outlineOffset: -1 }),
  line: css({ ...cell, width: 48, textAlign: 'right', color: theme.colors.text.secondary }),
  time: css({ ...cell, width: 172, fontVariantNumeric: 'tabular-nums' }),
  delta: css({ ...cell, width: 72, textAlign: 'right', color: theme.colors.text.secondary }),
  severity: css({ ...cell, width: 12, fontWeight: theme.typography.fontWeightMedium }),
  component: css({ ...cell, width: 150 }),
  thread: css({ ...cell, width: 60, textAlign: 'right' }),
  message: css({ flexGrow: 1 }),
  mark: css({ background: theme.colors.warning.main, color: theme.colors.warning.contrastText, padding: 0 }),
  code: css({ textDecoration: 'underline dotted', cursor: 'help' }),
  details: css({
    flexShrink: 0,
    overflow: 'auto',
    padding: theme.spacing(1),
    border: `1px solid ${theme.colors.border.weak}`,
    background: theme.colors.background.secondary,
  }),
  full: css({
    margin: 0,
    padding: 0,
    border: 'none',
    background: 'none',
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
  }),
});
