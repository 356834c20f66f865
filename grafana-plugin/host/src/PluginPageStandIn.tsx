import { useEffect, useRef } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import type { PluginPageProps } from '@grafana/runtime';
import { Stack, Text, TextLink, useStyles2 } from '@grafana/ui';
import { useLocation } from '@react-router-compat';
import { say } from './texts.js';

let arrivedAt: string | undefined;

/** Grafana's page around an app's content: heading, sub-title, actions. */
export function PluginPageStandIn({ pageNav, subTitle, actions, children }: PluginPageProps) {
  const styles = useStyles2(getStyles);
  const parent = pageNav?.parentItem;
  const title = pageNav?.text ?? '';
  useEffect(() => {
    document.title = [title, parent?.text, say('Fallback status point')].filter(Boolean).join(' – ');
  }, [title, parent?.text]);
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    // Who came by a link goes on reading at the page's beginning; who loaded the page stays where the browser puts them.
    if (arrivedAt !== undefined && arrivedAt !== pathname) main.current?.focus();
    arrivedAt = pathname;
  }, [pathname]);
  return (
    <main ref={main} tabIndex={-1} className={styles.page}>
      <div className={styles.head}>
        <div className={styles.title}>
          {parent?.url !== undefined && (
            <TextLink href={parent.url} inline={false}>
              {parent.text}
            </TextLink>
          )}
          <Text element="h1">{title}</Text>
          {subTitle != null && <Text color="secondary">{subTitle}</Text>}
        </div>
        <Stack alignItems="center" wrap="wrap">
          {actions}
        </Stack>
      </div>
      <div className={styles.content}>{children}</div>
    </main>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({
    padding: theme.spacing(3),
    maxWidth: 1600,
    margin: '0 auto',
    '&:focus': { outline: 'none' },
    [theme.breakpoints.down('md')]: { padding: theme.spacing(1) },
  }),
  head: css({
    display: 'flex',
    flexWrap: 'wrap',
    justifyContent: 'space-between',
    alignItems: 'flex-start',
    gap: theme.spacing(2),
  }),
  // A long text is folded beside the actions; only where the page is narrow, they go below it.
  title: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(0.5),
    flex: '1 1 360px',
    minWidth: 0,
    overflowWrap: 'anywhere',
    [theme.breakpoints.down('md')]: { flexBasis: '100%' },
  }),
  content: css({ marginTop: theme.spacing(3) }),
});
